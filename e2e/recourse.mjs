// Starts, kills and restarts the product's binary in demo mode. Must not know: browsers.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { waitFor, within } from './wait.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
/** The program: the debug build, or the one named by RECOURSE. */
export const program = () => process.env.RECOURSE ?? join(root, 'target/debug/recourse');

const START_MS = 20_000;
const STOP_MS = 15_000;
const KEPT_LINES = 400;

/**
 * What `recourse demo --json` prints as one line.
 * @typedef {object} Urls
 * @property {string} bank_url
 * @property {string} api_url
 * @property {string} api_key
 * @property {string} agent_url
 * @property {string} supervisor_url
 * @property {string} admin_url
 * @property {string} data_dir
 */
const KEYS = ['bank_url', 'api_url', 'api_key', 'agent_url', 'supervisor_url', 'admin_url', 'data_dir'];

/** A running server on a data directory; the port stays the same across restarts. */
export class Recourse {
  #command;
  #dataDir;
  #env;
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child;
  /** @type {string[]} */
  #log = [];
  /** @type {Urls | undefined} */
  #urls;

  /**
   * @param {{dataDir: string, command?: string[], env?: Record<string, string>}} options
   *   command: what to run instead of the program
   */
  constructor({ dataDir, command = [program()], env = {} }) {
    this.#command = command;
    this.#dataDir = dataDir;
    this.#env = env;
  }

  /** @returns {Urls} */
  get urls() {
    if (!this.#urls) throw new Error('the server was not started');
    return this.#urls;
  }

  get dataDir() {
    return this.#dataDir;
  }

  get pid() {
    return this.#child?.pid;
  }

  /** The last lines the server wrote to standard error. */
  get log() {
    return this.#log.join('\n');
  }

  /** Starts on a free port, or on the port of before. @returns {Promise<Urls>} */
  async start() {
    if (this.#child) throw new Error('the server is running already');
    const [binary, ...before] = this.#command;
    if (binary.includes('/') && !existsSync(binary)) {
      throw new Error(`${binary} is not built; run: make build`);
    }
    const port = this.#urls ? new URL(this.#urls.api_url).port : '0';
    const args = [...before, 'demo', '--json', '--port', port, '--data', this.#dataDir];
    const child = spawn(binary, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...this.#env },
    });
    this.#child = child;
    createInterface({ input: child.stderr }).on('line', (line) => {
      this.#log.push(line);
      if (this.#log.length > KEPT_LINES) this.#log.shift();
    });
    try {
      this.#urls = await within('the start of the server', this.#firstLine(child), START_MS);
      const { api_url } = this.#urls;
      await waitFor('the server to answer', () => fetch(new URL('/healthz', api_url)).then((r) => r.ok));
    } catch (error) {
      await this.kill();
      throw new Error(`the server did not start; it said:\n${this.log}`, { cause: error });
    }
    return this.#urls;
  }

  /** @param {import('node:child_process').ChildProcess} child @returns {Promise<Urls>} */
  #firstLine(child) {
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => reject(new Error(`it ended with ${signal ?? code}`)));
      // Read to the end, also after the line that matters: a full pipe would stop the server.
      createInterface({ input: /** @type {NodeJS.ReadableStream} */ (child.stdout) }).on('line', (line) => {
        if (!line.startsWith('{')) return;
        try {
          const urls = JSON.parse(line);
          const missing = KEYS.filter((key) => typeof urls[key] !== 'string');
          if (missing.length > 0) reject(new Error(`the line lacks ${missing.join(', ')}: ${line}`));
          resolve(urls);
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  /** As a power cut would: no chance to write anything. */
  async kill() {
    await this.#end('SIGKILL');
  }

  /** As an operator would; answers the exit code. */
  async stop() {
    return this.#end('SIGTERM');
  }

  /** kill -9, then the same data directory on the same port. */
  async killAndRestart() {
    await this.kill();
    return this.start();
  }

  /** @param {NodeJS.Signals} signal @returns {Promise<number | null>} */
  async #end(signal) {
    const child = this.#child;
    this.#child = undefined;
    if (!child) return null;
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return child.exitCode;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    try {
      await within(`the end of the server after ${signal}`, gone, STOP_MS);
    } catch (error) {
      child.kill('SIGKILL');
      await gone;
      throw error;
    }
    return child.exitCode;
  }
}
