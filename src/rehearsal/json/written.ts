/**
 * JSON in UTF-8 that is written already. What is large and stays as it is, is written once and not again for every reader;
 * what it is part of refers to it.
 */
export class Written {
  readonly pieces: readonly Buffer<ArrayBuffer>[];

  constructor(pieces: readonly Buffer<ArrayBuffer>[]) {
    this.pieces = pieces;
  }

  /** In one piece. */
  get bytes(): Buffer<ArrayBuffer> {
    const [first, ...more] = this.pieces;
    return first !== undefined && more.length === 0 ? first : Buffer.concat(this.pieces);
  }
}

export function written(value: unknown): Written {
  return new Written([Buffer.from(JSON.stringify(value))]);
}

/** An object as JSON; what is written already goes into it as it is. */
export function writtenObject(fields: Readonly<Record<string, unknown>>): Written {
  const writer = new Writer("{");
  let mark = "";
  for (const [name, value] of Object.entries(fields)) {
    // As JSON.stringify leaves out what has no value.
    if (value === undefined) continue;
    writer.add(`${mark}${JSON.stringify(name)}:`);
    writer.add(value instanceof Written ? value : JSON.stringify(value));
    mark = ",";
  }
  return writer.end("}");
}

export function writtenList(items: readonly Written[]): Written {
  const writer = new Writer("[");
  items.forEach((item, index) => {
    if (index > 0) writer.add(",");
    writer.add(item);
  });
  return writer.end("]");
}

/** An object with more fields; neither is empty. */
export function extended(object: Written, more: Readonly<Record<string, unknown>>): Written {
  const text = JSON.stringify(more);
  return new Written([object.bytes.subarray(0, -1), Buffer.from(`,${text.slice(1)}`)]);
}

/** Writes values that are never changed once each, in one piece. */
export function writtenOnce<T extends object>(write: (value: T) => Written): (value: T) => Written {
  const known = new WeakMap<T, Written>();
  return (value) => {
    const found = known.get(value) ?? new Written([write(value).bytes]);
    known.set(value, found);
    return found;
  };
}

/** Gathers text, and leaves what is written already where it is. */
class Writer {
  private readonly pieces: Buffer<ArrayBuffer>[] = [];
  private text: string;

  constructor(begin: string) {
    this.text = begin;
  }

  add(part: string | Written): void {
    if (typeof part === "string") {
      this.text += part;
      return;
    }
    this.take();
    this.pieces.push(...part.pieces);
  }

  end(last: string): Written {
    this.text += last;
    this.take();
    return new Written(this.pieces);
  }

  private take(): void {
    if (this.text !== "") this.pieces.push(Buffer.from(this.text));
    this.text = "";
  }
}
