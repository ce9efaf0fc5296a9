// Security features drawn for a document: whether enough were seen, and whether another may be drawn. Must not know a component.
import type { FeaturesView } from '../generated/api.ts';

/** As the server counts: each was looked at, and enough of enough kinds were seen. */
export function enoughFeatures(view: FeaturesView): boolean {
  const seen = view.drawn.filter(f => f.seen === true);
  return view.drawn.every(f => f.seen != null) && seen.length >= view.wanted && new Set(seen.map(f => f.category)).size >= view.categories;
}

/** One that was drawn is not there and another may take its place. */
export function replaceable(view: FeaturesView): boolean {
  return view.left > 0 && view.drawn.filter(f => f.seen !== false).length < view.wanted;
}
