/** Every word the agent console has for liveness prompts, in English. Must not hold logic. */
import type { LivenessColor, LivenessNeed } from '../generated/api.ts';
import type { PromptWord } from '../lib/prompts.ts';

export const promptWords: Record<PromptWord, string> = {
  turn_left: 'Turn the head to their left', turn_right: 'Turn the head to their right', look_up: 'Look up', look_down: 'Look down', smile: 'Smile',
  blink_twice: 'Blink twice', move_closer: 'Come closer', cover_forehead: 'Cover the forehead', cover_left_eye: 'Cover their left eye',
  cover_right_eye: 'Cover their right eye', cover_nose: 'Cover the nose', cover_left_cheek: 'Cover their left cheek', cover_right_cheek: 'Cover their right cheek',
  cover_mouth: 'Cover the mouth', cover_chin: 'Cover the chin', read_number: 'Read the number aloud', read_phrase: 'Read the words aloud',
  pass_document: 'Pass the document before the face', follow_dot: 'Follow the dot with the eyes', screen_colors: 'Screen lights the face',
};

/** What to look for, one line. */
export const promptHint: Record<PromptWord, string> = {
  turn_left: 'On your right. Look for a tearing edge at the ear.', turn_right: 'On your left. Look for a tearing edge at the ear.', look_up: 'Chin and nostrils stay sharp.',
  look_down: 'Eyelids and brow move with the head.', smile: 'Cheeks and eyes move with the mouth.', blink_twice: 'Both lids, twice.', move_closer: 'Nose and ears grow unequally.',
  cover_forehead: 'Fingers stay in front of the face.', cover_left_eye: 'On your right. Fingers stay in front.', cover_right_eye: 'On your left. Fingers stay in front.',
  cover_nose: 'Fingers stay in front of the face.', cover_left_cheek: 'On your right. Fingers stay in front.', cover_right_cheek: 'On your left. Fingers stay in front.',
  cover_mouth: 'Fingers stay in front of the face.', cover_chin: 'Fingers stay in front of the face.', read_number: 'Lips and voice together.', read_phrase: 'Lips and voice together.',
  pass_document: 'The edge of the card stays straight before the face.', follow_dot: 'The eyes go where the dot goes, mirrored for you.', screen_colors: 'Forehead and cheeks take each colour.',
};

export const cannotWords: Record<LivenessNeed, string> = {
  blink: 'blink', movement: 'move', speech: 'speak', hearing: 'hear', hands: 'use a hand', sight: 'see it', light: 'bear the light',
};

export const colorWords: Record<LivenessColor, string> = { blue: 'blue', green: 'green', amber: 'amber', lilac: 'lilac' };

export const p = {
  theySee: 'They see', notShown: 'Not on their screen yet', left: (n: number) => `${n} s left`, over: 'Time is over: you decide',
  cannot: 'They cannot', alternative: (word: string) => `They cannot ${word}: ask for something else, nothing is counted`,
  declined: 'They say they cannot do this. Choose why.', triesLeft: (n: number) => n === 1 ? '1 more may be drawn' : `${n} more may be drawn`, noTries: 'No more prompts in this session',
  without: (words: string) => `Nothing that needs them to ${words}`, dotAt: 'Where the dot is', colorNow: (word: string) => `Now ${word}`, darkNow: 'The light is off',
} as const;
