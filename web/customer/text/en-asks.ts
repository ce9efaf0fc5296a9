// What the customer's page says when a code or the place is asked for, in English.
export const asks = {
  "code.title": "Type your code",
  "code.sms": "We sent a code to your phone {to}. It works for 10 minutes.",
  "code.email": "We sent a code to your mailbox {to}. It works for 10 minutes.",
  "code.label": "The 6 digits",
  "code.check": "Check the code",
  "code.secret": "Type it here only. {agent} will never ask you to say it.",
  "code.wrong": "That is not the code. You have {n|one=# try|other=# tries} left.",
  "code.matched": "That is the right code. Thank you.",
  "code.locked": "That was not the code. {agent} can send you a new one.",
  "code.expired": "This code has run out. {agent} can send you a new one.",
  "place.title": "May we see where you are?",
  "place.why": "{brand} must know in which country you are. Only {agent} and those who check the case see it.",
  "place.kept": "If you say yes, your browser asks you too. If you say no, the call goes on.",
  "place.finding": "If your browser asks, tap Allow. Finding your place takes a few seconds.",
  "place.told": "Thank you. One moment.",
  "place.yes": "Share my place",
  "place.no": "No, don't share",
} as const;

export type AskKey = keyof typeof asks;
