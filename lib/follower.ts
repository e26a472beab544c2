// An object that stands for another one, which may be a different one tomorrow.

import { inspect } from 'node:util';
import { describe } from './errors';

/** Everything is said anew each time it is asked for. */
export interface Followed {
  /** What is stood for at the moment. It stays a function, or stays none. May throw. */
  readonly current: () => object;
  /** What is seen as a property. Default: its value. */
  readonly see?: (key: PropertyKey, value: unknown) => unknown;
  /** What a function gets as `this`. Default: what it was called on. */
  readonly self?: (receiver: unknown) => unknown;
}

/** Makes the object that stands for what is followed. */
export function follow(followed: Followed, kind: 'function' | 'object'): object {
  return new Follower(followed, kind).object;
}

/**
 * A property that cannot be deleted would have to be one of the target, too, so the target has none:
 * it is an empty object, or a bound function, which has no `prototype`.
 */
function makeTarget(kind: 'function' | 'object', current: () => object): object {
  const target = kind === 'object' ? {} : callee.bind(undefined);
  // console.log() looks at the target of a proxy.
  const show = () => {
    try {
      return current();
    } catch (error) {
      return `[${describe(error)}]`;
    }
  };
  return Object.defineProperty(target, inspect.custom, { value: show, configurable: true });
}

/** Never called: the handler is asked. It may be `new`, as an arrow function may not. */
function callee(): undefined {
  return undefined;
}

class Follower implements ProxyHandler<object> {
  readonly object: object;
  readonly #followed: Followed;
  /** Which class a prototype belongs to that somebody asked for, maybe to extend it. */
  readonly #classes = new WeakMap<object, object>();

  constructor(followed: Followed, kind: 'function' | 'object') {
    this.#followed = followed;
    this.object = new Proxy(makeTarget(kind, followed.current), this);
  }

  get(_target: object, key: PropertyKey): unknown {
    const current = this.#followed.current();
    const value: unknown = Reflect.get(current, key); // A getter of the addon knows its own object only.
    if (key === 'prototype' && isObject(value)) this.#classes.set(value, current);
    return this.#see(key, value);
  }

  set(_target: object, key: PropertyKey, value: unknown): boolean {
    return Reflect.set(this.#followed.current(), key, value);
  }

  has(_target: object, key: PropertyKey): boolean {
    return Reflect.has(this.#followed.current(), key);
  }

  deleteProperty(_target: object, key: PropertyKey): boolean {
    return Reflect.deleteProperty(this.#followed.current(), key);
  }

  ownKeys(): (string | symbol)[] {
    return Reflect.ownKeys(this.#followed.current());
  }

  getOwnPropertyDescriptor(_target: object, key: PropertyKey): PropertyDescriptor | undefined {
    const descriptor = Reflect.getOwnPropertyDescriptor(this.#followed.current(), key);
    if (descriptor === undefined) return undefined;
    if ('value' in descriptor) descriptor.value = this.#see(key, descriptor.value);
    return { ...descriptor, configurable: true }; // It may be gone in the next version.
  }

  defineProperty(_target: object, key: PropertyKey, descriptor: PropertyDescriptor): boolean {
    return Reflect.defineProperty(this.#followed.current(), key, descriptor);
  }

  getPrototypeOf(): object | null {
    return Reflect.getPrototypeOf(this.#followed.current());
  }

  setPrototypeOf(): boolean {
    return false;
  }

  preventExtensions(): boolean {
    return false;
  }

  apply(_target: object, receiver: unknown, args: unknown[]): unknown {
    const { self } = this.#followed;
    return Reflect.apply(this.#callee, self === undefined ? receiver : self(receiver), args);
  }

  construct(_target: object, args: unknown[], newTarget: NewableFunction): object {
    if (newTarget === this.object) return Reflect.construct(this.#callee, args) as object;
    return Reflect.construct(this.#extendedBy(newTarget), args, newTarget) as object;
  }

  get #callee(): CallableFunction {
    return this.#followed.current() as CallableFunction;
  }

  /** The methods of a class that extends another are those of the version that it extended. */
  #extendedBy(newTarget: NewableFunction): CallableFunction {
    let prototype: unknown = newTarget.prototype;
    while (isObject(prototype)) {
      const known = this.#classes.get(prototype);
      if (known !== undefined) return known as CallableFunction;
      prototype = Reflect.getPrototypeOf(prototype);
    }
    return this.#callee;
  }

  #see(key: PropertyKey, value: unknown): unknown {
    const { see } = this.#followed;
    return see === undefined ? value : see(key, value);
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
