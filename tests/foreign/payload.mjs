// The payload of payload.json, in which a binary value is written {"$binary": BASE64}: the form in which peers of
// all languages and serializers compare and report values.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const sample = JSON.parse(readFileSync(new URL('payload.json', import.meta.url), 'utf8'));

export class Payload {
  constructor(serializer) {
    this.serializer = serializer;
  }

  /** The sample as this serializer wants it: with Buffers, or in JSON with U+0000 and base64. */
  get args() { return this.#toWire(sample.args); }

  get kwargs() { return this.#toWire(sample.kwargs); }

  /** What was received, with its binary values written as in payload.json. */
  read(value) {
    return map(value, item => {
      if (item instanceof Uint8Array) {
        return { $binary: Buffer.from(item).toString('base64') };
      }
      return this.serializer === 'json' && typeof item === 'string' && item.startsWith('\0')
        ? { $binary: item.slice(1) }
        : undefined;
    });
  }

  /** Holds when args, behind their first `skip` elements, and kwargs are the sample, to the type. */
  assertSample(args, kwargs, skip = 0) {
    assert.deepStrictEqual(this.read(args.slice(skip)), sample.args);
    assert.deepStrictEqual(this.read(kwargs), sample.kwargs);
  }

  #toWire(value) {
    return map(value, item => {
      if (typeof item?.$binary !== 'string') {
        return undefined;
      }
      return this.serializer === 'json' ? '\0' + item.$binary : Buffer.from(item.$binary, 'base64');
    });
  }
}

// Replaces every value for which `replace` gives something other than undefined.
function map(value, replace) {
  const replaced = replace(value);
  if (replaced !== undefined) {
    return replaced;
  }
  if (Array.isArray(value)) {
    return value.map(item => map(item, replace));
  }
  return value !== null && typeof value === 'object'
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, map(item, replace)]))
    : value;
}
