/** What the agent reads about looking at something together. */
import type { ChatWords } from '../lib/ui/Chat.tsx';
import { problem } from './text.ts';
import type { ToolsProps } from '../lib/ui/Annotate.tsx';

export const names: Readonly<Record<Parameters<ToolsProps['name']>[0], string>> = {
  tools: 'Drawing tools', pen: 'Pen', highlighter: 'Highlighter', arrow: 'Arrow', rectangle: 'Rectangle', ellipse: 'Ellipse', text: 'Text', laser: 'Pointer that fades',
  undo: 'Undo (Ctrl Z)', redo: 'Redo (Ctrl Y)', clear_mine: 'Clear mine', clear_all: 'Clear all',
};

export const b = {
  draw: 'Draw', drawHint: 'Draw on the picture, both see it', stop: 'Stop drawing', together: 'You both see this', togetherLive: 'You both draw on the live picture',
  sheet: 'Drawing over the picture. Arrow keys move the cross, Space puts the pen down and lifts it, Ctrl Z undoes.', write: 'Write, Enter to place',
  freeze: 'Freeze', freezeHint: 'Keep this moment and draw on it', save: 'Snapshot', saveHint: 'Keeps the untouched picture and the one with the drawing', saving: 'Saving', saved: 'Saved as evidence',
  turn: 'Turn my view', zoomIn: 'Larger', zoomOut: 'Smaller', close: 'Close for both', showThis: 'Show to customer', look: 'Look at it together', shown: 'Picture you both look at', lost: 'This picture cannot be shown', opening: 'Opening the picture',
  theyDrew: (name: string) => `${name} drew on the picture`,
  refusals: {
    limit_reached: 'The board is full. Clear something first.', too_fast: 'That was too fast to keep. Draw it again.', stale: 'The board was closed.', not_yours: 'Another agent holds this case.', out_of_range: 'That cannot be drawn.',
  } as Readonly<Record<string, string>>,
} as const;

export const chatWords: Pick<ChatWords, 'sent' | 'delivered' | 'seen' | 'refused' | 'edit' | 'tooLong' | 'link' | 'look'> = {
  sent: 'Sent', delivered: 'Delivered', seen: 'Seen', refused: code => `Not sent. ${problem(code, '')}`, edit: 'Edit',
  tooLong: n => `${n} of at most 2000 letters. Shorten it to send it.`, link: host => `Opens ${host} in a new tab`, look: b.look,
};
