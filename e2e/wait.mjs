// Waits for conditions; the only place of the tests that lets time pass.
const POLL_MS = 50;

/**
 * Asks until the answer is truthy and returns it. An error counts as "not yet"; the last one is told.
 * @template T
 * @param {string} what in words, for the message when it never comes
 * @param {() => T | Promise<T>} ask
 * @param {{timeout?: number}} [options] timeout in milliseconds
 * @returns {Promise<NonNullable<T>>}
 */
export async function waitFor(what, ask, { timeout = 20_000 } = {}) {
  const end = performance.now() + timeout;
  let last;
  for (;;) {
    try {
      const answer = await ask();
      if (answer) return answer;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) {
      throw new Error(`waited ${timeout} ms in vain for: ${what}`, { cause: last });
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/**
 * The answer, or an error that says what took too long. The promise itself is not cancelled.
 * @template T
 * @param {string} what
 * @param {Promise<T>} promise
 * @param {number} ms
 * @returns {Promise<T>}
 */
export async function within(what, promise, ms) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took more than ${ms} ms`)), ms);
  });
  try {
    return /** @type {T} */ (await Promise.race([promise, late]));
  } finally {
    clearTimeout(timer);
  }
}
