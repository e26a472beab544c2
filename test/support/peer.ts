// Workers with reloaders, which a test gives orders to.

import { once } from 'node:events';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { DynamicReloadOptions } from '../../lib';
import { DEADLINE_MS, waitFor } from './wait';

/** What a listener of the worker was told. */
export interface Told {
  readonly name: string;
  readonly version?: number;
  readonly reasons?: readonly string[];
  readonly code?: string;
}

/** What the current version says. */
export interface Look {
  readonly value: number;
  readonly version: number;
}

type Reply = { readonly result: unknown } | { readonly error: { readonly code: string } };

export class Peer {
  readonly #worker: Worker;

  constructor(directory: string, options: DynamicReloadOptions) {
    const script = path.join(__dirname, '..', 'process', 'fixtures', 'peer.mjs');
    this.#worker = new Worker(script, { argv: [directory, JSON.stringify(options)] });
  }

  /** One at a time. Rejects with what the worker threw. */
  async ask(order: string, ...values: readonly unknown[]): Promise<unknown> {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    const replied = once(this.#worker, 'message', { signal });
    this.#worker.postMessage({ order, values });
    const [reply] = (await replied) as [Reply];
    if ('error' in reply) throw Object.assign(new Error(reply.error.code), reply.error);
    return reply.result;
  }

  add(options = {}): Promise<unknown> {
    return this.ask('add', options);
  }

  async sees(value: number): Promise<Look> {
    const look = () => this.ask('look') as Promise<Look>;
    await waitFor(async () => (await look()).value === value);
    return look();
  }

  async told(name: string): Promise<readonly Told[]> {
    const all = (await this.ask('told')) as readonly Told[];
    return all.filter((one) => one.name === name);
  }

  /** Sends an order whose answer nobody waits for. */
  command(order: string): void {
    this.#worker.postMessage({ order, values: [] });
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** Makes workers, which end with the test. */
export function usePeers(directory: () => string): (options?: DynamicReloadOptions) => Peer {
  const peers: Peer[] = [];
  afterEach(async () => {
    await Promise.all(peers.splice(0).map((peer) => peer.terminate()));
  });
  return (options = { shareVersions: true }) => {
    const peer = new Peer(directory(), options);
    peers.push(peer);
    return peer;
  };
}
