// Blanks of canned replies, filled in for the case in hand. Knows no case.

export interface Blanks {
  customer: string;
  agent: string;
  brand: string;
}

/** Each blank by every name it may have in a tenant's own replies. */
const NAMES: Readonly<Record<string, keyof Blanks>> = { name: "customer", customer_name: "customer", agent: "agent", agent_name: "agent", brand: "brand", brand_name: "brand", bank: "brand" };

/** A blank nobody knows stays visible, so that it is seen before it is sent. */
export const filled = (text: string, blanks: Blanks): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const blank = NAMES[name];
    return blank ? blanks[blank] : whole;
  });
