// Starts a worker from a file of ours. Pages under Trusted Types start one only through a policy; this one, the
// only one our pages may make, lets addresses of our own assets through and nothing else.

interface UrlPolicy {
  createScriptURL(url: string): unknown;
}
interface PolicyMaker {
  createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): UrlPolicy;
}

/** As the build names files, some in a folder with what they load: nothing in it leads to another place. */
const OWN = /^\/assets\/(?:[\w-][\w.-]*\/)?[\w.-]+\.js$/;
let policy: UrlPolicy | undefined;

/** The address as `new Worker` takes it. */
export function workerUrl(url: string, maker = (globalThis as { trustedTypes?: PolicyMaker }).trustedTypes): unknown {
  if (!OWN.test(url)) throw new TypeError(`not a worker of ours: ${url}`);
  if (!maker) return url;
  policy ??= maker.createPolicy("recourse-worker", {
    createScriptURL: (wanted) => {
      if (!OWN.test(wanted)) throw new TypeError(wanted);
      return wanted;
    },
  });
  return policy.createScriptURL(url);
}

/** `url` comes from `import url from "worker:./file.ts"`. */
export const startWorker = (url: string): Worker => new Worker(workerUrl(url) as string);
