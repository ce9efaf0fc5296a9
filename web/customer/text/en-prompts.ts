// What the customer's page says while it shows a liveness prompt, in English.
export const prompts = {
  "prompt.turn_left": "Turn your head to the left",
  "prompt.turn_right": "Turn your head to the right",
  "prompt.look_up": "Look up",
  "prompt.look_down": "Look down",
  "prompt.smile": "Smile",
  "prompt.blink_twice": "Blink twice",
  "prompt.move_closer": "Come a little closer",
  "prompt.cover_nose": "Cover your nose with your hand",
  "prompt.read_number": "Read these numbers aloud",
  "prompt.cover_forehead": "Cover your forehead with your hand",
  "prompt.cover_left_eye": "Cover your left eye with your hand",
  "prompt.cover_right_eye": "Cover your right eye with your hand",
  "prompt.cover_left_cheek": "Cover your left cheek with your hand",
  "prompt.cover_right_cheek": "Cover your right cheek with your hand",
  "prompt.cover_mouth": "Cover your mouth with your hand",
  "prompt.cover_chin": "Cover your chin with your hand",
  "prompt.read_phrase": "Read these words aloud",
  "prompt.pass_document": "Pass your {document} slowly in front of your face",
  "prompt.follow_dot": "Follow the dot with your eyes",
  "prompt.screen_colors": "Look at the screen while its colour changes",
  "prompt.left": "About {n|one=# second|other=# seconds} left",
  "prompt.over": "Take your time",
  "prompt.cannot": "I can't do this",
  "prompt.another": "No problem. {agent} will choose something else.",
} as const;

export type PromptKey = keyof typeof prompts;
