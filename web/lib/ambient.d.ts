// What the build provides beside TypeScript itself.
declare module "*.css";
/** A worker built as its own file: `import url from "worker:./heartbeat.ts"`, then `new Worker(url)`. */
declare module "worker:*" {
  const url: string;
  export default url;
}
/** Addresses of files the customer's page loads only when it needs them. */
declare const LAZY: Readonly<Record<string, string>>;
