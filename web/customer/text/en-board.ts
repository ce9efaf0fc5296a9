// What the customer's page says while both look at something together, in English.
export const board = {
  "board.live": "You and {agent} both draw on your picture",
  "board.picture": "{agent} shows you this picture",
  "board.opening": "Opening the picture",
  "board.lost": "This picture cannot be shown.",
  "board.sheet": "Drawing over the picture. Arrow keys move the cross, Space starts and ends a line.",
  "board.write": "Write here",
  "board.drew": "{agent} drew on the picture",
  "board.full": "The picture is full of drawings. Clear something first.",
  "board.again": "That was not drawn. Please try again.",
  "board.tools": "Drawing tools",
  "board.pen": "Pen",
  "board.highlighter": "Marker",
  "board.arrow": "Arrow",
  "board.rectangle": "Box",
  "board.ellipse": "Circle",
  "board.text": "Words",
  "board.laser": "Pointer that fades",
  "board.undo": "Undo",
  "board.redo": "Redo",
  "board.clear_mine": "Clear what I drew",
  "board.clear_all": "Clear everything",
  "board.turn": "Turn the picture",
} as const;

export type BoardKey = keyof typeof board;
