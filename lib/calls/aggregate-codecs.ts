// Structures and unions: what has members.

import type { Field, Structure, Union } from '../ctypes/type';
import { nameOf } from '../ctypes/type';
import { bytesOf } from './buffers';
import type { Codec, FindCodec, Surroundings } from './codec';
import { inside, Misfit } from './misfit';
import { bitsCodec } from './scalar-codecs';
import { placeAt, type Place } from './scratch';

interface Member {
  readonly name: string;
  readonly offset: number;
  readonly codec: Codec;
}

type Value = Readonly<Record<string, unknown>>;

export function structureCodec(type: Structure, codecOf: FindCodec): Codec {
  return aggregateCodec(type, codecOf, (_value, members) => members);
}

export function unionCodec(type: Union, codecOf: FindCodec): Codec {
  return aggregateCodec(type, codecOf, (value, members) => {
    const given = members.filter(({ name }) => Object.hasOwn(value, name));
    if (given.length === 1) return given;
    const accepted = 'an object with exactly one of the members';
    throw new Misfit('ERR_INVALID_ARG_TYPE', nameOf(type), accepted, value);
  });
}

/** `choose` says which of the members a value has. All can be read. */
function aggregateCodec(
  type: Structure | Union,
  codecOf: FindCodec,
  choose: (value: Value, members: readonly Member[]) => readonly Member[],
): Codec {
  const members = type.fields.map((field) => toMember(field, codecOf));
  return {
    type,
    write: (place, value, around) => {
      if (copyBytes(type, place, value)) return;
      checkObject(type, value);
      for (const member of choose(value, members)) writeMember(place, member, value, around);
    },
    // Not by assignment: a member may be called __proto__.
    read: (place, reader) =>
      Object.fromEntries(
        members.map(({ name, offset, codec }) => [
          name,
          codec.read(placeAt(place, offset), reader),
        ]),
      ),
  };
}

function toMember({ name, type, offset, bits }: Field, codecOf: FindCodec): Member {
  const isPlain = bits === undefined || (type.kind !== 'scalar' && type.kind !== 'bits');
  return { name, offset, codec: isPlain ? codecOf(type) : bitsCodec(type, bits) };
}

function writeMember(
  place: Place,
  { name, offset, codec }: Member,
  value: Value,
  around: Surroundings,
): void {
  inside(name, () => {
    codec.write(placeAt(place, offset), value[name], around);
  });
}

/** Copies a view that has as many bytes; returns false for anything else. */
function copyBytes(type: Structure | Union, place: Place, value: unknown): boolean {
  if (!ArrayBuffer.isView(value)) return false;
  const bytes = bytesOf(value);
  if (bytes?.length !== type.size) {
    const accepted = `an object or a view of ${type.size} bytes`;
    throw new Misfit('ERR_OUT_OF_RANGE', nameOf(type), accepted, value);
  }
  place.memory.bytes.set(bytes, place.offset);
  return true;
}

function checkObject(type: Structure | Union, value: unknown): asserts value is Value {
  if (typeof value === 'object' && value !== null) return;
  throw new Misfit('ERR_INVALID_ARG_TYPE', nameOf(type), 'an object with its members', value);
}
