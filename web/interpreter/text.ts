/** Every word an interpreter's page shows, in English: interpreters work with English-speaking agents. */
export const t = {
  loading: 'Opening the link', title: 'You are asked to interpret', lead: (agent: string, brand: string, language: string) => `${agent} at ${brand} talks with a customer who speaks ${language}.`,
  noticeTitle: 'Before you join', name: 'Your name', join: 'Agree and join', joining: 'Joining', live: 'You are in the conversation', hears: 'Both sides hear you. You hear both.',
  onHold: 'The customer is on hold and does not hear you.', mute: 'Mute', unmute: 'Unmute', leave: 'Leave', ended: 'The conversation is over', endedLead: 'Thank you. You can close this page.',
  invalid: 'This link is not valid any more', invalidLead: 'Ask the agent for a new one. A link works once, within 15 minutes.', noMicrophone: 'Your microphone is blocked or missing. Allow it for this page and join again.',
  lost: 'The connection is lost. It comes back by itself.', connecting: 'Connecting the sound',
} as const;
