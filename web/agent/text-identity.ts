/** The words of fields read, codes and places, in English. Must not hold logic beyond choosing a word. */
import type { LocationHint, ReadField } from '../generated/api.ts';

export const field: Record<ReadField, string> = {
  name: 'Name', birth_date: 'Born', document_number: 'Number', expiry: 'Valid to', address: 'Address', nationality: 'Nationality', mrz: 'Machine-readable lines',
};

/** How a reading compares, in a word and what it means. */
export const outcome: Record<string, readonly [string, string]> = {
  same: ['Same', 'Letter by letter the same'],
  same_but_marks: ['Same letters', 'Only marks, spaces or romanised letters differ'],
  same_but_order: ['Other order', 'The same words in another order'],
  particle: ['Particle or title', 'Only particles, titles or their spellings differ'],
  different: ['Different', 'Look at the marked letters'],
  unclaimed: ['Not claimed', 'The form has nothing to compare with'],
};

export const segment: Record<string, string> = {
  marks: 'other marks', particle: 'particle or title', moved: 'stands elsewhere', different: 'differs',
};

export const protects: Record<string, string> = {
  number: 'Document number', birth_date: 'Date of birth', expiry: 'Date of expiry', personal_number: 'Personal number', composite: 'All together',
};

export const format: Record<string, string> = { td1: 'Card, three lines (TD1)', td2: 'Card, two lines (TD2)', td3: 'Passport (TD3)' };

export const warning: Record<string, string> = {
  expired: 'The document is past its date.', birth_date_impossible: 'The date of birth is no day that exists.',
  expiry_impossible: 'The date of expiry is no day that exists.', born_after_expiry: 'The date of birth lies after the expiry.',
};

export const hint: Record<LocationHint, string> = {
  zero_accuracy: 'A radius of zero: no receiver claims that', round_coordinates: 'Both coordinates are round numbers',
  identical_fixes: 'Every reading is the same to the last digit', fine_without_height: 'As fine as a satellite’s, but without a height',
  stale: 'The reading is older than 10 minutes', jump: 'Too far from the reading before to have travelled',
  other_network_country: 'The network address belongs to another country',
};

export const refusal: Record<string, string> = {
  customer: 'They said no on the page.', browser: 'Their browser did not allow it.', unavailable: 'Their device found no place.', timed_out: 'Their device took too long.',
};

export const way: Record<string, string> = { sms: 'text message', email: 'e-mail' };

function metres(m: number): string {
  return m < 1_000 ? `${Math.round(m)} m` : `${(m / 1_000).toFixed(m < 10_000 ? 1 : 0)} km`;
}

export const d = {
  details: 'Details', open: 'Check fields', close: 'Back to the checklist', lead: 'Type what the document says. Differences are marked letter by letter.',
  claimed: 'Form', read: 'Read', readField: (f: string) => `${f}, as read`, noneClaimed: 'nothing on the form',
  differs: (claimed: string, read: string, kind: string) => `${claimed ? `form “${claimed}”` : 'not on the form'}, ${read ? `read “${read}”` : 'not read'}: ${kind}`,
  otherScript: 'Two scripts: compare by sound, or read the Latin line.', past: 'This date has passed.', future: 'This date is still to come.',
  mrzHint: 'Type the lines at the foot or back of the document; < for the filler. Spaces do no harm.', mrzLines: 'Lines, as read', clear: 'Clear',
  problem: (code: string, at: readonly number[]) => code === 'length' ? `${at[0]} places typed; the nearest document has ${at[1]}.`
    : code === 'character' ? `Line ${at[0]}, place ${at[1]}: only letters, digits and < stand in these lines.`
    : code === 'too_long' ? 'That is more than any document has.' : 'These are no lines of a document.',
  checksPassed: 'Every check digit fits', checksFailed: (n: number) => n === 1 ? '1 check digit does not fit' : `${n} check digits do not fit`,
  fits: (digit: string) => `fits (${digit})`, wrong: (stands: string, wanted: number, line: number, column: number) => `stands ${stands}, should be ${wanted} (line ${line}, place ${column})`,
  cell: (what: string, ok: boolean) => `${what}: ${ok ? 'fits' : 'does not fit'}`, issuer: 'Issued by', takeOver: 'Fill the fields above from these lines',
  // code
  codeSend: (way: string, to: string) => `Send by ${way} to ${to}`, codeAgain: (way: string, to: string) => `Send a new one by ${way} to ${to}`,
  codeNobody: 'Neither a phone number nor an e-mail is on file. This step cannot be done; waive it if the profile allows, or escalate.',
  codeSent: (way: string, to: string) => `Sent by ${way} to ${to}.`, codeWaits: (tries: number) => tries === 1 ? 'They are typing; 1 try left.' : `They are typing; ${tries} tries left.`, codeLeft: (s: string) => `${s} left`,
  codeMatched: 'They typed the right code.', codeLocked: 'Three wrong tries. Send a new code.', codeExpired: 'Nobody typed it in time. Send a new code.',
  codeNone: (n: number) => n === 1 ? '1 more code can be sent.' : `${n} more codes can be sent.`, codeOver: 'No more codes can be sent in this session.',
  codeComesLast: 'Last', codeLast: 'This step comes last. When another step is done again after the code, a new code is needed.',
  codeAfter: (first: readonly string[], more: number) => `Finish first: ${first.join('; ')}${more > 0 ? `; ${more} more` : ''}.`, codeEarly: 'What they type before that does not count.',
  codeOvertaken: 'They typed the right code, but something before it changed after that. Send a new code at the end.',
  codeAside: 'They type it on their page. You never see it; never ask for it aloud.', needsCode: 'Needs the right code',
  // place
  place: 'Place', placeUnasked: 'This procedure does not ask for the place.', ask: 'Ask where they are', askAgain: 'Ask again', waits: 'They are being asked. They may say no.', asksOver: 'They were asked as often as is fair.',
  needsPlace: 'Needs their place', noCountry: 'No country: open sea', inside: 'inside', apart: (km: number) => `${km.toLocaleString('en-GB')} km away`,
  by: (basis: string) => basis === 'address' ? 'named in the address' : 'of the jurisdiction', country: 'Country', claimedCountry: 'Claimed', distance: 'Distance', accuracy: 'Accuracy', age: 'Reading', network: 'Network',
  radius: (m: number, fixes: number) => `within ${metres(m)}${fixes > 1 ? `, ${fixes} readings` : ''}`, aged: (s: number) => s < 2 ? 'fresh' : s < 120 ? `${Math.round(s)} s old` : `${Math.round(s / 60)} min old`,
  networkWords: (is: string, country: string) => is === 'country' ? country : is === 'unknown' ? 'country not known' : 'no address database is set up',
  hints: 'Hints, not verdicts', noHints: 'Nothing about the reading is odd.', mapOf: (lat: string, lon: string, where: string) => `Map: ${lat}, ${lon}, ${where}`, nearer: 'Nearer', farther: 'Farther', noMap: 'The map could not be loaded.', metres,
} as const;
