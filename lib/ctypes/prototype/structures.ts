// The members of structures and unions.

import type { AnyType } from '../values';
import { array, bits, struct, union, type Members } from '../make';
import { toType } from '../made';
import type { Type } from '../type';
import type { Source } from './source';
import type { Body, MemberSyntax, Syntax, Tag } from './syntax';

/** Makes the types of members. */
interface Builder {
  value(type: Syntax, at: number): AnyType;
}

interface Context {
  readonly builder: Builder;
  readonly source: Source;
  readonly kind: Tag['kind'];
  readonly body: Body;
}

type NamedMember = readonly [name: string, type: AnyType];

/** The structure or union with a body. */
export function buildMembers(
  builder: Builder,
  source: Source,
  kind: Tag['kind'],
  body: Body,
): AnyType {
  const context = { builder, source, kind, body };
  const members = body.members.flatMap((member, index) => buildMember(context, member, index));
  const packed = body.packed || body.pack === 1;
  const type = make(context, members, packed);
  if (!packed) checkPack(context, type);
  if (body.members.some(isAnonymous)) checkFlattening(context, members, type, packed);
  return type;
}

function checkPack({ source, kind, body: { pack, at } }: Context, type: AnyType): void {
  if (pack === undefined || toType(type, kind).alignment <= pack) return;
  throw source.error(at, `#pragma pack(${pack}) is not supported where it changes a layout,`);
}

function make({ kind, body }: Context, members: readonly NamedMember[], packed: boolean): AnyType {
  const options = { packed, ...(body.align !== undefined && { align: body.align }) };
  const record: Members = Object.fromEntries(members);
  return kind === 'union' ? union(record, options) : struct(record, options);
}

function buildMember(context: Context, member: MemberSyntax, index: number): NamedMember[] {
  if (isAnonymous(member)) return flatten(context, member);
  // Bits without a name only take room. Layouts know them by the underscore.
  const name = member.name ?? `_:${member.at}`;
  const type =
    member.width === undefined ? plain(context, member, index) : bitField(context, member);
  return [[name, type]];
}

// The last member may be an array without a length, which takes no room.
function plain({ builder, body }: Context, { type, at }: MemberSyntax, index: number): AnyType {
  const isLast = index === body.members.length - 1 && index > 0;
  const isFlexible = type.kind === 'array' && type.length === undefined && isLast;
  return isFlexible ? array(builder.value(type.element, at), 0) : builder.value(type, at);
}

function bitField(
  { builder, source }: Context,
  { name, type, width = 0, at }: MemberSyntax,
): AnyType {
  const base = toType(builder.value(type, at), 'bit-field');
  const integer = integerName(base);
  if (integer === undefined) throw source.error(at, 'a bit-field of a type that is no integer');
  if (integer === 'char')
    throw source.error(at, 'a bit-field of char: signed or unsigned is to be said');
  const most = integer === 'bool' ? 1 : base.size * 8;
  const least = name === undefined ? 0 : 1;
  if (width < least || width > most) {
    throw source.error(
      at,
      `a bit-field of this type has from ${least} to ${most} bits, not ${width},`,
    );
  }
  return bits(integer, width);
}

function integerName(type: Type) {
  if (type.kind === 'enumeration') {
    const isSigned = [...type.byName.values()].some((value) => value < 0);
    return type.size === 8 ? (isSigned ? 'i64' : 'u64') : isSigned ? 'i32' : 'u32';
  }
  const scalar = type.kind === 'widened' ? type.base : type;
  if (scalar.kind !== 'scalar' || scalar.name === 'f32' || scalar.name === 'f64') return undefined;
  if (scalar.name === 'isize') return 'i64';
  return scalar.name === 'usize' ? 'u64' : scalar.name;
}

// ---- Members of a structure or union that has no name are those of the outer one.

function isAnonymous({ name, width }: MemberSyntax): boolean {
  return name === undefined && width === undefined;
}

function flatten(context: Context, { type, at }: MemberSyntax): NamedMember[] {
  const body = type.kind === 'tag' ? type.tag.body : undefined;
  if (body === undefined || 'values' in body) return [];
  context.builder.value(type, at);
  return body.members.flatMap((member, index) => buildMember({ ...context, body }, member, index));
}

/**
 * A type has its members one after the other, or all at once. Where C has some of both, or room
 * between them, an anonymous member cannot be expressed.
 */
function checkFlattening(
  context: Context,
  members: readonly NamedMember[],
  flat: AnyType,
  packed: boolean,
): void {
  const { builder, source, body } = context;
  const { at } = body.members.find(isAnonymous) ?? body;
  const isUnique = new Set(members.map(([name]) => name)).size === members.length;
  if (!isUnique) throw source.error(at, 'a second member of the same name');
  const parts = body.members.flatMap((member, index): NamedMember[] =>
    isAnonymous(member)
      ? [[` ${index}`, builder.value(member.type, member.at)]]
      : buildMember(context, member, index),
  );
  const nested = make(context, parts, packed);
  if (placesOf(flat).join() === placesOf(nested).join()) return;
  throw source.error(at, 'this member needs a name, because of where its own members are,');
}

/** Where every member is, and how large and aligned the whole is. */
function placesOf(value: AnyType): string[] {
  const type = toType(value, 'members');
  return [`${type.size} ${type.alignment}`, ...membersIn(type, 0)];
}

function membersIn(type: Type, start: number): string[] {
  if (type.kind !== 'structure' && type.kind !== 'union') return [];
  return type.fields.flatMap(({ name, type: inner, offset, bits: { shift = 0 } = {} }) =>
    name.startsWith(' ')
      ? membersIn(inner, start + offset)
      : [`${name} ${start + offset} ${shift}`],
  );
}
