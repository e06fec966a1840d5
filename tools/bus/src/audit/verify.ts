import { isPrefix, rootByPath, TreeHasher } from './merkle.js';
import {
  Keys,
  leafOf,
  line as lineSchema,
  type Head,
  type Line,
  type Row,
  type Selection,
} from './format.js';

export interface Trust {
  /** Public keys (JWKs) that the auditor has from elsewhere; those in the export are believed when absent. */
  readonly keys?: readonly unknown[] | undefined;
  /** A head kept from earlier. */
  readonly since?: Head | undefined;
}

export interface Verdict {
  readonly selection: Selection | undefined;
  readonly rows: number;
  readonly heads: number;
  /** The latest head that is signed well. */
  readonly latest: Head | undefined;
  /** The older head was shown to be a prefix. */
  readonly sinceHolds: boolean;
  /** What is wrong, the first of them; empty when all is well. */
  readonly findings: readonly string[];
  /** How many there are in all. */
  readonly wrong: number;
}

/** So that a ruined export of a million rows does not fill the memory with complaints. */
const mostFindings = 50;

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');

/** Verifies an export line by line, in constant memory and without asking anybody. */
export async function verifyExport(lines: AsyncIterable<string>, trust: Trust = {}): Promise<Verdict> {
  const verifier = new Verifier(trust);
  for await (const text of lines) if (text.trim() !== '') verifier.take(text);
  return verifier.verdict();
}

class Verifier {
  private readonly findings: string[] = [];
  private wrong = 0;
  private number = 0;
  private keys: Keys | undefined;
  private selection: Selection | undefined;
  private readonly tree = new TreeHasher();
  private rows = 0;
  private heads = 0;
  private lastIndex = -1;
  private latest: Head | undefined;
  /** Of a part: what all rows are shown against. */
  private shownAgainst: Head | undefined;
  private sinceHolds = false;
  private ended = false;

  constructor(private readonly trust: Trust) {}

  take(text: string): void {
    this.number += 1;
    const line = this.read(text);
    if (!line) return;
    if (this.ended) this.find('something follows the end');
    if (this.number === 1 ? line.type !== 'header' : line.type === 'header') {
      this.find('the export has to begin with one header');
      return;
    }
    switch (line.type) {
      case 'header':
        this.selection = line.selection;
        this.keys = new Keys(this.trust.keys ?? line.keys);
        return;
      case 'head':
        this.takeHead(line);
        return;
      case 'row':
        if (this.selection?.kind === 'all') this.takeInOrder(line);
        else this.takeWithPath(line);
        this.rows += 1;
        return;
      case 'consistency':
        this.takeConsistency(line);
        return;
      case 'stray':
        this.find(`row ${describe(line.row)} was put among the others after they had been sealed`);
        return;
      case 'end':
        this.ended = true;
        if (line.rows !== this.rows)
          this.find(`the export says that it has ${String(line.rows)} rows; it has ${String(this.rows)}`);
    }
  }

  verdict(): Verdict {
    if (!this.ended) this.find('the export is cut off: its last line is missing');
    const { since } = this.trust;
    if (this.selection?.kind === 'all' && this.tree.size !== (this.latest?.treeSize ?? 0))
      this.find('the last rows are covered by no well-signed head');
    if (since && !this.sinceHolds) {
      this.find(
        `the older head of ${String(since.treeSize)} rows is not shown to be a prefix: rows it covers were changed, or are not here` +
          (this.selection?.kind === 'all' ? '' : ' (an export of a part has to be made with --since)'),
      );
    }
    const { selection, rows, heads, latest, sinceHolds, findings, wrong } = this;
    return { selection, rows, heads, latest, sinceHolds, findings, wrong };
  }

  private read(text: string): Line | undefined {
    try {
      const parsed = lineSchema.safeParse(JSON.parse(text));
      if (parsed.success) return parsed.data;
      const [issue] = parsed.error.issues;
      this.find(`the line is not of the format: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`);
    } catch {
      this.find('the line is not JSON');
    }
    return undefined;
  }

  private takeHead(head: Head): void {
    this.heads += 1;
    const wrong = this.keys?.wrongWith(head) ?? this.wrongPlace(head);
    if (wrong !== undefined) {
      this.find(`the head of ${String(head.treeSize)} rows does not hold: ${wrong}`);
      return;
    }
    this.latest = head;
    if (this.selection?.kind !== 'all') this.shownAgainst ??= head;
    this.meetSince(head.treeSize, bytes(head.rootHash));
  }

  private wrongPlace(head: Head): string | undefined {
    if (this.selection?.kind !== 'all')
      return this.shownAgainst ? 'a part is shown against one head' : undefined;
    if (head.treeSize !== this.tree.size) return `it stands after ${String(this.tree.size)} rows`;
    if (!this.tree.root().equals(bytes(head.rootHash)))
      return 'the rows before it are not those that it was signed for';
    return undefined;
  }

  private meetSince(size: number, root: Buffer): void {
    const { since } = this.trust;
    if (since?.treeSize !== size) return;
    if (this.keys?.wrongWith(since) === undefined && root.equals(bytes(since.rootHash)))
      this.sinceHolds = true;
  }

  private takeInOrder({ leafIndex, leafHash, row }: Extract<Line, { type: 'row' }>): void {
    if (leafIndex !== this.lastIndex + 1)
      this.find(
        `leaf ${String(leafIndex)} follows leaf ${String(this.lastIndex)}: rows were moved, left out or added`,
      );
    this.lastIndex = leafIndex;
    this.compare(leafIndex, leafHash, row);
    this.tree.add(bytes(leafHash));
    if (this.tree.size === this.trust.since?.treeSize) this.meetSince(this.tree.size, this.tree.root());
  }

  private takeWithPath({ leafIndex, leafHash, row, path }: Extract<Line, { type: 'row' }>): void {
    const head = this.shownAgainst;
    if (leafIndex <= this.lastIndex) this.find(`leaf ${String(leafIndex)} is out of order`);
    this.lastIndex = leafIndex;
    this.compare(leafIndex, leafHash, row);
    if (!head || !path) {
      this.find(`leaf ${String(leafIndex)} has no ${head ? 'path' : 'well-signed head before it'}`);
      return;
    }
    const root = rootByPath(bytes(leafHash), leafIndex, head.treeSize, path.map(bytes));
    if (!root?.equals(bytes(head.rootHash)))
      this.find(`leaf ${String(leafIndex)} is not in the tree that was signed`);
    if (row && !this.isSelected(row)) this.find(`row ${describe(row)} is no part of what was asked for`);
  }

  private isSelected(row: Row): boolean {
    if (this.selection?.kind === 'case') return row.caseId === this.selection.caseId;
    return this.selection?.kind !== 'organisation' || row.organisationId === this.selection.organisationId;
  }

  private compare(leafIndex: number, leafHash: string, row: Row | null): void {
    if (!row) this.find(`the row of leaf ${String(leafIndex)} was deleted`);
    else if (!leafOf(row).equals(bytes(leafHash)))
      this.find(`row ${describe(row)} (leaf ${String(leafIndex)}) is not what was sealed: it was changed`);
  }

  private takeConsistency({ from, path }: Extract<Line, { type: 'consistency' }>): void {
    const { since } = this.trust;
    const head = this.shownAgainst;
    if (since?.treeSize !== from || !head || this.keys?.wrongWith(since) !== undefined) return;
    const first = { size: since.treeSize, root: bytes(since.rootHash) };
    const second = { size: head.treeSize, root: bytes(head.rootHash) };
    if (isPrefix(first, second, path.map(bytes))) this.sinceHolds = true;
  }

  private find(what: string): void {
    this.wrong += 1;
    if (this.findings.length < mostFindings) this.findings.push(`line ${String(this.number)}: ${what}`);
  }
}

const describe = ({ id, at, act }: Row): string => `${id} (${act}, ${at})`;
