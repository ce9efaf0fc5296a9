/** Every word the agent console shows, in English. Must not hold logic beyond choosing a word. */
import type {
  AwayReason, CameraState, FailureReason, ImageSlot, Phase, ReasonCode, Role, Seat, StepKind, StepState, Verdict,
} from '../generated/api.ts';

export const failure: Record<FailureReason, string> = {
  document_glare: 'Glare on the document', document_blur: 'Document out of focus', document_dark: 'Document too dark',
  document_shadow: 'Shadow on the document', document_cropped: 'Document cut off', document_low_resolution: 'Document too small to read',
  document_obscured: 'Something covers the document', document_damaged: 'Document worn or broken', document_expired: 'Document past its date',
  document_unsupported: 'Unusual document', document_recently_issued: 'Document newly issued', face_mismatch: 'Face does not match the portrait',
  liveness_failed: 'Liveness check failed', name_mismatch: 'Name differs', data_mismatch: 'Data differ', technical_failure: 'Technical failure',
  suspected_tampering: 'Document may be altered', suspected_impersonation: 'May be somebody else', confirmed_fraud: 'Fraud established',
};

export const failureHint: Record<FailureReason, string> = {
  document_glare: 'Ask them to tilt the card away from the lamp, then photograph it.',
  document_blur: 'Ask them to hold the card still, a hand’s width from the camera.',
  document_dark: 'Ask them to face a window, or switch on their light (T).',
  document_shadow: 'Ask them to turn until the light falls on the card.',
  document_cropped: 'Show the frame (G) and ask for all four corners.',
  document_low_resolution: 'Ask for the card closer, then photograph it.',
  document_obscured: 'Ask them to take fingers and cover off the card.',
  document_damaged: 'Compare what can be read with the data on the left; see the back too.',
  document_expired: 'Read the date aloud together; an expired card cannot be approved.',
  document_unsupported: 'Find name, number, birth date and security features yourself.',
  document_recently_issued: 'Compare issue date and features; the machine has no record yet.',
  face_mismatch: 'Compare eyes, ears and chin with the portrait; ask when it was taken.',
  liveness_failed: 'Draw prompts (D) and watch for delay or a frozen edge.',
  name_mismatch: 'Read the name on the card letter by letter; special characters often explain it.',
  data_mismatch: 'Compare each field on the left with the card.',
  technical_failure: 'Nothing is known against this customer; work through the steps.',
  suspected_tampering: 'Tilt the card and look at edges, fonts and the hologram.',
  suspected_impersonation: 'Take your time with the portrait and the questions; escalate in doubt.',
  confirmed_fraud: 'Do not approve. Escalate.',
};

export const slot: Record<ImageSlot, string> = {
  document_front: 'Front', document_back: 'Back', document_tilt: 'Tilted', portrait: 'Face', selfie: 'Selfie', other_page: 'Other page',
};

export const step: Record<StepKind, string> = {
  greet: 'Greet and consent', document_front: 'Document, front', document_back: 'Document, back', document_tilt: 'Document, tilted', security_features: 'Security features',
  portrait_match: 'Face and portrait', liveness: 'Liveness', questions: 'Questions', one_time_code: 'One-time code', location: 'Place',
  declaration: 'Declaration', decision: 'Decision',
};

export const stepHint: Record<StepKind, string> = {
  greet: 'Say who you are and that the call is recorded. Hear their “yes”.',
  document_front: 'All four corners, no glare, every line readable.',
  document_back: 'All four corners, no glare, every line readable.',
  document_tilt: 'Tilt until the hologram changes, then photograph.',
  security_features: 'Photograph the tilted document, then say what you saw.',
  portrait_match: 'Photograph the face, then compare it with the portrait on the card.',
  liveness: 'Draw a prompt; they see it large. Judge what you saw.',
  questions: 'Ask without reading out the answer. Then compare.',
  one_time_code: 'Send a code to what is on file; they type it on their page.',
  location: 'Say why you ask. They may say no.',
  declaration: 'Ask them to say who they are and that they do this of their own will.',
  decision: 'Decide below.',
};

export const stepState: Record<StepState, string> = { pending: 'open', done: 'done', failed: 'failed', waived: 'waived' };

export const outcome: Record<string, string> = { asked: 'asked', passed: 'passed', failed: 'failed', withdrawn: 'taken back' };

export const question: Record<string, string> = {
  full_name: 'What is your full name?', birth_date: 'When were you born?', address: 'Where do you live?',
  document_number: 'What is the number of your document?', document_expiry: 'Until when is your document valid?', phone: 'What is your mobile number?',
  purpose: 'What do you want the account for?',
};

export const verdict: Record<Verdict, string> = { verified: 'Approve', rejected: 'Reject', escalated: 'Escalate', incomplete: 'Not finished' };
export const verdictDone: Record<Verdict, string> = { verified: 'Approved', rejected: 'Rejected', escalated: 'Escalated', incomplete: 'Not finished' };
export const verdictConfirm: Record<Verdict, string> = {
  verified: 'Approve now', rejected: 'Reject now', escalated: 'Escalate now', incomplete: 'Send a new link',
};

export const reason: Record<ReasonCode, string> = {
  identity_confirmed: 'Identity confirmed', identity_confirmed_data_corrected: 'Identity confirmed, a field corrected',
  document_unreadable: 'Document cannot be read', document_expired: 'Document past its date', document_damaged: 'Document damaged',
  document_not_accepted: 'Type of document not accepted', document_not_present: 'No document at hand', face_does_not_match: 'Face does not match',
  liveness_not_shown: 'Liveness not shown', data_does_not_match: 'Data do not match', answers_do_not_match: 'Answers do not match',
  suspected_forgery: 'Document may be forged', suspected_impersonation: 'May be somebody else', suspected_coercion: 'May be under pressure',
  customer_declined: 'Customer does not want to go on', customer_left: 'Customer left', poor_connection: 'Connection too poor',
  no_camera: 'Customer has no camera', technical_fault: 'Something broke', unusual_document: 'Unusual document', needs_specialist: 'A specialist must look',
};

/**
 * What the customer's page says, in English; a test holds both tables to the same words.
 * Suspicion is never told to the customer: those reasons have no words of their own.
 */
export const toCustomer: Partial<Record<ReasonCode, string>> = {
  document_unreadable: 'Your document could not be read. Bring it into good light, without plastic cover.',
  document_expired: 'Your document is past its date. Please use one that is still valid.',
  document_damaged: 'Your document is damaged. Please use another one.',
  document_not_accepted: 'This kind of document is not accepted. Please use another one.',
  document_not_present: 'You had no document at hand. Have it with you next time.',
  face_does_not_match: 'We could not match your face with the photo on the document.',
  liveness_not_shown: 'We could not finish the live check.',
  data_does_not_match: 'Some details did not match your document. Please check what you typed.',
  answers_do_not_match: 'Some answers did not match what we have on file.',
  customer_declined: 'You chose not to go on.', customer_left: 'The call ended before we were done.',
  poor_connection: 'The connection was too weak. Try again on Wi-Fi.', no_camera: 'We could not see you. Try again with a camera.',
  technical_fault: 'Something broke on our side.', unusual_document: 'A specialist must look at your document.', needs_specialist: 'A specialist must look at your case.',
};

export const ending: Record<Verdict | 'under_review', { title: string; next: string }> = {
  verified: { title: "You're verified", next: 'Thank you. You can go on with {brand}.' },
  rejected: { title: "We couldn't verify you today", next: '{brand} will tell you what you can do next.' },
  escalated: { title: '{brand} will take it from here', next: 'A specialist looks at your case and will message you.' },
  incomplete: { title: "We couldn't finish today", next: 'That was not your fault. You will get a new link.' },
  under_review: { title: 'A second colleague is checking', next: "You don't need to wait here. {brand} will message you." },
};

export const phase: Record<Phase, string> = {
  reported: 'Reported', invited: 'Invited', claimed: 'Link opened', waiting: 'Waiting', callback: 'Call back', live: 'Live', interrupted: 'Interrupted',
  deciding: 'To decide', under_review: 'Under review', verified: 'Verified', rejected: 'Rejected', escalated: 'Escalated', abandoned: 'Abandoned', expired: 'Expired',
};

export const away: Record<AwayReason, string> = { break: 'Break', training: 'Training', meeting: 'Meeting', missed: 'Missed a ring', technical: 'Technical trouble' };
export const role: Record<Role, string> = { agent: 'Agent', supervisor: 'Supervisor', auditor: 'Auditor', admin: 'Admin' };
export const seat: Record<Seat, string> = { customer: 'Customer', agent: 'You', supervisor: 'Supervisor', interpreter: 'Interpreter' };

export const customerCamera: Record<CameraState, string> = {
  idle: 'Their camera has not been asked yet', prompting: 'They are allowing the camera', on: 'Camera on', off: 'Camera off',
  denied: 'They refused the camera', missing: 'They have no camera', busy: 'Another app holds their camera',
  blocked: 'Their browser gives no camera', lost: 'Their camera stopped and is being reopened',
};

export const ownCamera: Record<string, string> = {
  denied: 'The browser does not give the camera. Click the camera sign in the address bar, allow it, then try again.',
  missing: 'No camera was found. Plug one in, then try again.', busy: 'Another program holds the camera. Close it, then try again.',
  blocked: 'This browser gives no camera on this address. Open the console by https.', lost: 'The camera stopped. Try again.', failed: 'The camera did not open. Try again.',
  backdrop: 'What is behind you cannot be hidden on this machine, so nobody sees you; they hear you. Choose “The room as it is” to be seen.',
};

export const lineWord: Record<string, string> = { good: 'Good line', weak: 'Weak line', poor: 'Poor line' };
export const ladder: Record<string, string> = { full: '', medium: 'sending 360p', low: 'sending 180p', stills: 'sending stills' };
export const recording: Record<string, string> = { off: 'Not recording', recording: 'REC', failed: 'Recording failed', sealed: 'Recording sealed' };

const languages: Record<string, string> = {
  en: 'English', id: 'Indonesian', th: 'Thai', fil: 'Filipino', vi: 'Vietnamese', ms: 'Malay', zh: 'Chinese', 'zh-Hans': 'Chinese', hi: 'Hindi', ta: 'Tamil',
};
export function language(tag: string): string { return languages[tag] ?? languages[tag.split('-')[0] ?? ''] ?? tag; }

const documents: Record<string, string> = {
  national_id: 'National ID', id_card: 'ID card', identity_card: 'Identity card', nric: 'NRIC', mykad: 'MyKad', ktp: 'KTP', passport: 'Passport', driving_licence: 'Driving licence', driver_license: 'Driving licence', residence_permit: 'Residence permit',
};
export function documentType(type: string): string { return documents[type.toLowerCase()] ?? plain(type); }

const whyNot: Record<string, string> = {
  not_supported: 'their device cannot', refused: 'they refused', failed: 'it did not work', no_answer: 'no answer from their device',
  no_camera: 'their camera is off', busy: 'their device is busy', too_large: 'the photograph is too large', upload_failed: 'the photograph did not arrive',
  no_effect: 'their camera accepted it and did nothing', command_under_way: 'the last one is still under way', control_refused: 'the customer keeps control of their device', other: 'it did not work',
  hidden: 'their page is in the background', offline: 'they are not connected', not_connected: 'they are not connected',
};
export function why(code: string): string { return whyNot[code] ?? plain(code).toLowerCase(); }

const problems: Record<string, string> = {
  wrong_phase: 'That is no longer possible at this point of the case.', case_closed: 'This case is closed.', stale: 'Somebody was quicker; the screen is up to date now.',
  not_yours: 'Another agent holds this case.', agent_busy: 'Finish the case in hand first.', agent_not_available: 'You are not available at the moment.',
  steps_incomplete: 'A step is still open.', code_comes_last: 'The code comes last. Finish every other step first.', step_not_waivable: 'This step may not be waived under this profile.', unknown_step: 'This procedure has no such step.',
  evidence_mismatch: 'This step needs its evidence first.', recording_not_sealed: 'The recording is not sealing without error.', reason_missing: 'Choose at least one reason.',
  reason_unknown: 'That reason does not belong to this verdict.', limit_reached: 'The limit for this is reached.', no_alternative: 'No prompt is left that they can do. Waive the step or escalate.', out_of_range: 'That is too short or too long.',
  sign_in_required: 'You are signed out. Sign in again.', rate_limited: 'Too many tries. Wait a minute.',
  network: 'The server cannot be reached. It is tried again by itself.', image_refused: 'That picture cannot be sent. Use JPEG, PNG or WebP up to 10 MiB.',
};
export function problem(code: string, detail: string): string { return problems[code] ?? (detail || plain(code)); }

export function lock(code: string): string {
  const [head, tail] = code.split(':');
  if (head === 'step' && tail) return `${step[tail as StepKind] ?? plain(tail)} is open`;
  if (head === 'recording') return 'The recording is not sealing without error';
  return problems[head ?? ''] ?? plain(code);
}

/** A code no table knows, made readable: it can come from a newer server. */
export function plain(code: string): string {
  const words = code.replace(/[_:.-]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const t = {
  product: 'Recourse', console: 'Agent console', 
  // sign-in
  signInTitle: 'Sign in', signInLead: 'Agent console', email: 'E-mail', password: 'Password', code: 'Six-digit code', codeHint: 'From your authenticator, if your account has one',
  signIn: 'Sign in', signingIn: 'Signing in', codeNeeded: 'This account has a second factor. Give the six digits too.', signInWrong: 'E-mail, password or code do not fit. Check them and try again.',
  linkUsed: 'This sign-in link was used or has run out. Ask your admin for a new one, or sign in with your password.',
  signOut: 'Sign out', loading: 'Opening your desk', notAgent: 'This account cannot answer customers. Open the admin page instead.', openAdmin: 'Open admin',
  // top bar
  available: 'Available', awayWord: 'Away', reserved: 'Ringing', onCall: 'On call', wrapUp: 'Wrap-up', offline: 'Offline',
  goAvailable: 'Go available', goAvailableBlind: 'Go available without camera', goAway: 'Go away', setState: 'Your state', 
  queue: (n: number) => n === 0 ? 'Nobody waits' : `${n} waiting`, longest: (s: string) => `longest ${s}`,
  today: (n: number) => `${n} today`, aht: (s: string) => `AHT ${s}`, ahtHint: 'Mean handle time today', rating: (r: string) => `${r}`, ratingHint: 'Mean rating today',
  autoAccept: 'Auto-accept', autoAcceptHint: 'Rings are answered after the chime without a key', help: 'Keys', connected: 'Connected', connecting: 'Connecting',
  lost: (s: string) => `Connection lost ${s} ago. It is tried again by itself; the call goes on if it can.`,
  replacedTitle: 'Your desk is open elsewhere', replaced: 'Another page of yours took over. Only one page can answer.', takeBack: 'Use this page', askTake: 'Another page of this browser holds your desk. Only one page can answer customers.',
 
  // idle
  idleTitle: 'You’re available', idleLead: 'The next customer rings here. You can leave this page in the background.',
  awayTitle: (r: string) => r ? `You’re away: ${r.toLowerCase()}` : 'You’re away', awayLead: 'No customer rings until you go available.',
  missedLead: 'A customer rang and you did not answer, so nobody rings until you go available.', selfTitle: 'This is how customers see you', camera: 'Camera', microphone: 'Microphone',
  openCamera: 'Open camera', closeCamera: 'Close camera', noCamera: 'Camera is closed', tryAgain: 'Try again', level: 'Microphone level', quietMic: 'Say a word: the bar should move', opening: 'Opening the camera', waitingNow: 'Waiting now', longestWait: 'Longest wait', answeredToday: 'Answered today', handleTime: 'Mean handle time', yourRating: 'Your rating', none: '–', testChime: 'Hear the chime',
  // ring
  ringTitle: 'Ringing', ringAuto: (s: number) => s > 0 ? `Answering in ${s}` : 'Answering', ringManual: (s: number) => `${s} s to answer`, accept: 'Answer', passOn: 'Pass on', attempts: (n: number) => n === 1 ? '1 attempt' : `${n} attempts`, earlier: (n: number) => n === 1 ? '1 earlier attempt' : `${n} earlier attempts`, attempt: (n: number) => `Attempt ${n}`, waited: (s: string) => `waited ${s}`, submitted: 'Submitted images', noImages: 'No images were submitted', scoreDocument: 'Document', scoreFace: 'Face', scoreLiveness: 'Liveness', speaks: (l: string) => `Greet in ${l}`, answering: 'Answering',
  // context
  whyFailed: 'Why it failed', claimed: 'On the form', name: 'Name', birthDate: 'Born', documentNumber: 'Number', documentType: 'Document', documentExpiry: 'Valid to', address: 'Address', notGiven: 'not given', expired: 'past', device: 'Device', profile: 'Profile', history: 'History', drops: (n: number) => n === 0 ? 'no drops' : n === 1 ? '1 drop' : `${n} drops`, twoDevices: 'Opened on two devices', twoDevicesHint: 'The link was opened on more than one device. Ask who is beside the customer.', virtualCamera: 'May be a virtual camera', photosMode: 'No camera: chat and photographs', copied: 'Copied', copy: 'Copy', hidden: 'Their page is in the background', notConnected: 'Their page is not connected', reviewed: 'A second person reviews', restarts: 'An interruption restarts the steps', years: (n: number) => `${n} years`,
  // live
  seesYou: 'You', muted: 'Muted', mute: 'Mute', unmute: 'Unmute', cameraOff: 'Camera off', cameraOn: 'Camera on', hangUp: 'End video', hangUpAsk: 'End the video before deciding?', yesEnd: 'End video', keep: 'Keep talking', zoomIn: 'Click to look closer', zoomOut: 'Click to see all', joining: 'Joining', waitingPicture: 'Waiting for their picture', interrupted: 'The connection to the customer broke', waits: (s: number) => `Waiting ${s} s. Their page comes back by itself.`, waitsOver: 'The time to come back is over.', sendLink: 'Send a new link', quality: (rtt: number, loss: string, rate: string) => `${rtt} ms · ${loss} % lost · ${rate}`, yourLine: 'Your line', theirLine: 'Their line', noQuality: 'Measuring the line', promptNow: 'They see', rebuilding: 'Reconnecting the video', segments: (n: number) => `${n} segments sealed`, playBlocked: 'Click to hear the customer',
  // camera controls
  photograph: 'Photograph', flip: 'Flip', torch: 'Light', zoom: 'Zoom', guide: 'Frame', asking: 'Asking their device', photographed: 'Photographed', photographing: 'Photographing', torchOn: 'Light on', torchOff: 'Light off', flipped: 'Camera flipped', zoomed: (f: string) => `Zoom ${f}×`, framed: (s: string) => `Frame: ${s.toLowerCase()}`, unframed: 'Frame off', camOn: 'Camera on', camOff: 'Camera off', micOn: 'Microphone on', micOff: 'Microphone off', cannot: (what: string, why: string) => `${what}: ${why}`, unable: 'Their device does not offer this', zoomLess: 'Zoom out', zoomMore: 'Zoom in', photoOf: 'What to photograph',
  // images
  images: 'Images', fromReport: 'Submitted', fromLive: 'Live', fromUpload: 'Uploaded', noneYet: 'none yet', compare: 'Compare', close: 'Close', larger: 'Larger', smaller: 'Smaller', fit: 'Fit', together: 'Move both together', pixels: (w: number, h: number) => `${w} × ${h}`, sharper: (f: string) => `${f}× the stream`, sha: 'SHA-256', broken: 'This image cannot be shown', rotate: 'Rotate', lightboxHint: 'Drag to move, wheel or + − to zoom, arrows for the next, C to compare',
  // checklist
  checklist: 'Checklist', markDone: 'Mark done', fail: 'Fail', reopen: 'Open again', waive: 'Waive', waiveWhy: 'Why is this step waived?', waiveConfirm: 'Waive step', cancel: 'Cancel', retake: 'Retake', optional: 'optional', drawPrompt: 'Draw a prompt', drawAnother: 'Draw another', pass: 'Pass', passedOf: (a: number, b: number) => `${a} of ${b} passed`, match: 'Match', noMatch: 'No match', notAsked: 'Not asked', expected: 'On file', nothingOnFile: 'nothing on file: judge the answer', needsPhoto: 'Needs a photograph', needsPrompts: 'Needs its prompts', needsAnswers: 'Needs a matching answer and none that differs', waivedBecause: (r: string) => `Waived: ${r}`, noSteps: 'No steps', photos: (n: number) => n === 1 ? '1 photograph' : `${n} photographs`, photographFor: (s: string) => `Photograph: ${s.toLowerCase()}`,
  // chat
  chat: 'Chat', chatPlaceholder: 'Write to the customer. / for replies', send: 'Send', attach: 'Send a picture', canned: 'Replies', noCanned: 'No reply fits', typing: (n: string) => `${n} is typing`, sending: 'Sending', kept: 'Delivered', emptyChat: 'Nothing written yet. They read chat beside the video.', picture: 'Picture in chat', sendingPicture: 'Sending the picture',
  // notes
  notes: 'Notes', notesPlaceholder: 'For you and auditors', notesKept: 'Saved', notesTyped: 'Not saved yet', notesSent: 'Saving',
  // verdict
  decide: 'Decide', reasons: 'Reasons', reasonsHint: 'Number keys choose', customerReads: 'The customer reads', customerReadsIn: (l: string) => `The customer reads this in ${l}. Here in English`, lockedTitle: 'Approve is locked', decisionNote: 'Note for colleagues', decisionNoteHint: 'Never shown to the customer', chooseReason: 'Choose at least one reason', confirmHint: 'Enter confirms, Esc goes back', secondPerson: 'A second person reviews before the customer is told', back: 'Back', deciding: 'Telling everybody', suspicionHidden: 'Suspicion is never told to the customer',
  // wrap-up
  wrapTitle: 'Wrap-up', wrapLeft: (s: string) => `${s} left`, wrapLead: 'Finish your notes. The next customer rings after this.', moreTime: '60 s more', extended: 'Extended once', readyNow: 'Ready for the next', ratedBy: (n: number) => `The customer gave ${n} of 5`, notRated: 'Not rated yet', undecided: 'Not decided', takeBreak: 'Break after this', decidingTitle: 'The video has ended', decidingLead: 'Decide now; the customer waits for the answer.',
  // help
  helpTitle: 'Devices and keys', singleKeys: 'Single keys', singleKeysHint: 'Off: only Esc, Enter and Tab work, for speech input', dismiss: 'Dismiss', openingCase: 'Opening the case',
} as const;

export const keys: ReadonlyArray<{ group: string; keys: ReadonlyArray<readonly [string, string]> }> = [
  { group: 'Ring', keys: [['Enter', 'Answer'], ['Esc', 'Pass on']] },
  { group: 'Camera of the customer', keys: [['Space', 'Photograph for the step'], ['F', 'Flip'], ['T', 'Light'], ['+ −', 'Zoom'], ['G', 'Frame'], ['U', 'Photograph by itself'], ['Q', 'Next lens'], ['J', 'Focus again'], ['Y', 'Picture size'], ['H', 'Hold picture'], ['[', 'Their microphone'], [']', 'Their camera'], ['O', 'All controls']] },
  { group: 'Checklist', keys: [['1–9', 'Choose step'], ['Enter', 'Mark step done'], ['D', 'Draw a prompt'], ['P', 'Prompt passed'], ['X', 'Prompt or step failed'], ['K', 'They cannot: another prompt'], ['W', 'Waive']] },
  { group: 'Decide', keys: [['A', 'Approve'], ['R', 'Reject'], ['E', 'Escalate'], ['I', 'Not finished'], ['1–9', 'Choose reason'], ['Enter', 'Confirm']] },
  { group: 'Talk and look', keys: [['M', 'Mute yourself'], ['Space', 'While muted: hold to talk'], ['V', 'Your camera'], ['C', 'Compare faces'], ['B', 'Chat'], ['/', 'Replies'], ['N', 'Notes'], [',', 'People and handing on'], ['L', 'Images, side by side'], ['S', 'Details: form and document'], ['Z', 'Look closer'], ['.', 'Draw together'], ['Esc', 'Back, close'], ['?', 'This sheet']] },
];
