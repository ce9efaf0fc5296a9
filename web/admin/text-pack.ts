// The words about evidence packs. Must not know a component.

export const packText = {
  open: "Evidence pack",
  title: "Evidence pack",
  lead: "One ZIP with the recording, the photographs, the report, every entry of the log and its proof. Anybody can verify it alone and offline; its README tells how.",
  care: "It holds everything about this customer in the clear. Making and fetching it are entries in the log.",
  ask: "Make the pack",
  again: "Make it anew",
  working: (percent: number) => `Being made: ${percent} %`,
  workingLead: "Both sides are put into one picture, which takes about as long as half the session. You can close this and come back.",
  ready: (size: string) => `Ready: ${size}`,
  readyLead: "It is kept here for a quarter of an hour.",
  fetch: "Save the pack",
  failed: "The pack could not be made",
  failedLead: "The operator’s log tells why. Nothing was changed.",
  absent: "Not in it",
  progress: "Progress of the pack",
} as const;
