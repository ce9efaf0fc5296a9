/** Words about more people and handing on, in English. Must not hold logic beyond choosing a word. */
import type { SupervisorMode } from '../generated/api.ts';

export const people = {
  open: 'People and handing on', title: 'People and handing on', close: 'Close',
  hold: 'Put on hold', unhold: 'Take off hold', holdLead: 'The customer sees that you will be back and neither hears nor sees you. You do not hear them. The recording goes on.',
  onHold: (s: string) => `On hold ${s}`,
  interpreter: 'Interpreter', interpreterLead: 'Sound only, for one use, good for 15 minutes. Both sides are told the name.', language: 'Language', makeLink: 'Make a link', newLink: 'Make another link',
  copy: 'Copy link', copied: 'Link copied', linkFor: 'Link for the interpreter', letGo: 'Let the interpreter go', interprets: (n: string) => `${n} interprets`, invited: 'The interpreter’s link is out',
  handOn: 'Hand on', handOnLead: 'The customer keeps their place and everything that is done.', to: 'To', senior: 'A senior', speaks: (l: string) => `Somebody who speaks ${l}`, skill: (s: string) => `Somebody with ${s}`,
  free: (n: string) => `${n} (free)`, busy: (n: string) => `${n} (busy)`, why: 'Why, for the next agent', handOnNow: 'Hand on now',
  later: 'Continue later', laterKept: 'What is captured stays good.', laterVoid: 'The rules of this country void what is captured: the customer starts afresh.', at: 'Call back at', callBack: 'Book the call back', sendLink: 'Send a new link', 
  handedTitle: 'Handed on to you', seniorAsked: 'A senior was asked for', 
  floor: 'Live now', floorEmpty: 'Nobody is in a call right now. Sessions show here as they begin.', with: (a: string) => `with ${a}`, watch: 'Watch', leave: 'Leave', takeOver: 'Take over', takeOverAsk: 'Take over now? You become the agent of this customer.', yes: 'Take over now', back: 'Back',
  watchLead: 'You hear and see both. Nobody hears or sees you.', whisperLead: 'The agent hears you, the customer does not.', joinLead: 'Everybody hears and sees you. The customer is told your name.',
  supervisor: (n: string, m: string) => `${n} ${m}`, customerPicture: 'Video of the customer', agentPicture: 'Video of the agent', noPicture: 'No picture yet', mode: 'How you take part', agentName: (n: string) => `Agent: ${n}`,
  supervisorPicture: (n: string) => `Video of ${n}`, seconds: (s: string) => `${s} so far`, taken: (n: string) => `${n} is there already`, fresh: (p: string) => `${p} asks for a fresh start after a break: what was captured is void and every step opens again.`, resumes: (p: string) => `${p} allows to go on where you were: nothing is lost.`,
  backdrop: 'Behind you', backdropNeeds: 'Blur and wall need Chrome or Edge.',
  together: 'Agent and customer see this', togetherLive: 'Agent and customer draw on the live picture', shown: 'Picture that agent and customer look at', drawing: (n: number) => n === 1 ? '1 stroke drawn over the picture' : `${n} strokes drawn over the picture`,
  readOnly: 'Only the agent writes', chatEmpty: 'Nothing is written so far. What agent and customer write shows here.',
  theme: 'Dark or light', talk: 'Hold Space to talk', 
} as const;

export const backdrops = { none: 'The room as it is', blur: 'The room, blurred', plain: 'A plain wall' } as const;
export const themes = { system: 'As the system', light: 'Light', dark: 'Dark' } as const;
export const modes: Record<SupervisorMode, string> = { watch: 'Watch', whisper: 'Whisper', join: 'Join' };
export const modeNow: Record<SupervisorMode, string> = { watch: 'watches', whisper: 'whispers to you', join: 'takes part' };
export const modeLead: Record<SupervisorMode, string> = { watch: people.watchLead, whisper: people.whisperLead, join: people.joinLead };
export const liveState: Record<string, string> = { joining: 'Joining', live: 'Live', interrupted: 'Interrupted', hold: 'On hold' };
