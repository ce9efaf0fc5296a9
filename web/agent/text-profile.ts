/** The words of jurisdiction profiles at the agent's desk: lines, security features, what is missing. Must not know a component. */
import type { FeatureCategory, LineView, SecurityFeature } from '../generated/api.ts';

export const p = {
  title: 'Rules of the profile', open: (missing: number, of: number) => missing === 0 ? `All ${of} rules met or on their way` : `${missing} of ${of} rules not met yet`,
  mandatory: 'Mandatory', advised: 'Advice', why: 'Where it stands', drawn: 'Drawn at random. Look for each while the document is tilted.',
  seen: 'Seen', notSeen: 'Not on this one', another: 'Draw another', need: (n: number, kinds: number) => `${n} must be seen, of ${kinds} kinds`, needsFeatures: 'Look for each feature first.',
  noneLeft: 'No more can be drawn in this session.', isNow: (word: string) => `Standing: ${word}`,
};

export const feature: Record<SecurityFeature, string> = {
  hologram: 'Hologram that changes colour', foil_portrait: 'Second portrait in foil', kinetic_structures: 'Lines that move when tilted', laser_engraving: 'Data burnt in by laser',
  tilting_image: 'Picture that changes when tilted', raised_lettering: 'Raised letters that cast a shadow', window: 'Clear window', security_thread: 'Security thread',
  colour_shifting_ink: 'Ink that changes colour', microprint: 'Tiny letters (microprint)', guilloches: 'Fine woven lines', rainbow_print: 'Colours that run into each other',
};

export const category: Record<FeatureCategory, string> = { diffractive: 'Bends light', personalisation: 'Holder’s data', material: 'Material', print: 'Print' };

export const standing: Record<string, string> = { met: 'met', missing: 'missing', declared: 'declared by your organisation', follows: 'follows after the decision', not_applicable: 'does not apply' };

const gap: Record<string, string> = {
  step_open: 'its step is open', code_not_last: 'the code was not the last thing; send a new one at the end', not_recorded: 'the recording is not sealing without error', no_consent: 'no consent is on file', interrupted: 'the call is broken off',
  not_drawn: 'you were not drawn at random for this customer', not_trained: 'you have no certificate for this profile; ask an admin', training_expired: 'your certificate for this profile ran out; ask an admin',
  place_unknown: 'the place is not known', place_outside: 'the place is in another country', network_outside: 'the network address is in another country', not_read: 'not read off the document yet: Check fields',
  check_digits: 'a check digit does not fit', not_declared: 'your organisation has not declared it; ask an admin', not_checked: 'nobody has checked it',
  second_person: 'a second person checks after you', retention: 'kept and erased by the program', other_verdict: 'only other decisions are checked', no_such_side: 'this document has no such side',
};

/** Why, in words; a code from a newer server reads as itself. */
export function gapWords(code: string | null | undefined): string { return code ? gap[code] ?? code.replaceAll('_', ' ') : ''; }

/** A line that keeps the approval locked: its title and why. */
export function unmet(line: LineView): string { return `${line.title}: ${gapWords(line.why)}`; }
