import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import PDFDocument from 'pdfkit';
import type { Account, Section } from '../account.js';
import { canDraw, fonts, type FontName } from './fonts.js';
import { writtenOut } from './written-out.js';

type Structure = PDFKit.PDFStructureElement;
type Level = 'H1' | 'H2' | 'H3';

const margin = 56;
const labelWidth = 150;
const footerAt = 40;
const sizes: Readonly<Record<Level | 'text' | 'small', number>> = {
  H1: 18,
  H2: 13,
  H3: 11,
  text: 10,
  small: 8,
};
const ink = '#212b32';
const grey = '#4c6272';

/**
 * Draws the account of a case as a tagged PDF on A4 in British English, whose text can be searched, copied and read aloud.
 * The same account taken at the same moment gives the same bytes. Long discussions are drawn in pieces, between which
 * others get their turn.
 */
export async function casePdf(account: Account, takenAt: Date): Promise<Readable> {
  const sheet = new Sheet(account.title, takenAt);
  sheet.heading('H1', account.title);
  sheet.paragraph(account.about, { size: 'small', color: grey });
  sheet.facts(account.facts);
  for (const section of account.content) await sheet.section('H2', section);
  sheet.heading('H2', 'Discussion');
  if (account.discussion.length === 0) sheet.paragraph('Nothing has been said yet.');
  for (const section of account.discussion) await sheet.section('H3', section);
  return sheet.finish(account.footer);
}

interface Look {
  readonly font?: FontName;
  readonly size?: keyof typeof sizes;
  readonly color?: string;
}

class Sheet {
  private readonly pdf: PDFKit.PDFDocument;
  private readonly root: Structure;

  constructor(title: string, takenAt: Date) {
    this.pdf = new PDFDocument({
      size: 'A4',
      margins: { top: margin, left: margin, right: margin, bottom: margin + footerAt / 2 },
      info: { Title: title, Author: 'DefinitiveDx', CreationDate: takenAt, ModDate: takenAt },
      pdfVersion: '1.7',
      // pdfkit knows it, its types do not.
      subset: 'PDF/UA' as never,
      tagged: true,
      lang: 'en-GB',
      displayTitle: true,
      // The number of pages is known at the end.
      bufferPages: true,
      font: '',
    });
    for (const [name, bytes] of Object.entries(fonts)) this.pdf.registerFont(name, bytes);
    this.root = this.pdf.struct('Document');
    this.pdf.addStructure(this.root);
  }

  heading(level: Level, text: string): void {
    const { pdf } = this;
    const size = sizes[level];
    // Not alone at the foot of a page, away from what it is the heading of.
    if (pdf.y + size + sizes.text * 7 > pdf.page.maxY()) pdf.addPage();
    if (level !== 'H1') pdf.y += size * 0.8;
    this.write(this.root, level, text, { font: 'bold', size: level });
    pdf.y += size * 0.2;
  }

  paragraph(text: string, look: Look = {}): void {
    this.write(this.root, 'P', text, look);
    this.pdf.y += sizes.text * 0.4;
  }

  /** Labels on the left, what they say on the right. */
  facts(facts: Section['facts']): void {
    if (facts.length === 0) return;
    const { pdf } = this;
    const table = pdf.struct('Table');
    this.root.add(table);
    for (const [label, value] of facts) {
      // A row is not torn apart between its label and its value.
      if (pdf.y + pdf.fontSize(sizes.text).currentLineHeight(true) * 2 > pdf.page.maxY()) pdf.addPage();
      const row = pdf.struct('TR');
      table.add(row);
      const [page, top] = [pdf.page, pdf.y];
      this.write(row, 'TH', label, { font: 'bold', color: grey }, { width: labelWidth - 8 });
      const below = pdf.y;
      pdf.y = top;
      this.write(row, 'TD', value, {}, { left: margin + labelWidth });
      if (pdf.page === page) pdf.y = Math.max(pdf.y, below);
      pdf.y += 2;
      row.end();
    }
    table.end();
    pdf.x = margin;
    pdf.y += sizes.text * 0.4;
  }

  async section(level: 'H2' | 'H3', { heading, facts, paragraphs }: Section): Promise<void> {
    this.heading(level, heading);
    this.facts(facts);
    for (const paragraph of paragraphs) this.paragraph(paragraph);
    await setImmediate();
  }

  private write(
    parent: Structure,
    type: string,
    text: string,
    { font = 'regular', size = 'text', color = ink }: Look,
    { left = margin, width }: { left?: number; width?: number } = {},
  ): void {
    const { pdf } = this;
    const drawn = writtenOut(text, canDraw);
    // Who copies the text or has it read aloud gets the characters themselves.
    const element = pdf.struct(type, drawn === text ? {} : { actual: text.toWellFormed() });
    parent.add(element);
    element.add(() => {
      pdf.font(font).fontSize(sizes[size]).fillColor(color);
      pdf.text(drawn, left, pdf.y, {
        lineGap: 2,
        width: width ?? pdf.page.width - margin - left,
      });
    });
    element.end();
  }

  finish(footer: string): Readable {
    const { pdf } = this;
    this.root.end();
    const { count } = pdf.bufferedPageRange();
    const drawn = writtenOut(footer, canDraw);
    for (let page = 0; page < count; page += 1) {
      pdf.switchToPage(page);
      pdf.markContent('Artifact', { type: 'Pagination' });
      // Else pdfkit begins a new page for what stands in the margin.
      pdf.page.margins.bottom = 0;
      pdf.font('regular').fontSize(sizes.small).fillColor(grey);
      const at = pdf.page.height - footerAt;
      pdf.text(drawn, margin, at, { lineBreak: false });
      const place = `Page ${String(page + 1)} of ${String(count)}`;
      pdf.text(place, pdf.page.width - margin - pdf.widthOfString(place), at, { lineBreak: false });
      pdf.endMarkedContent();
    }
    pdf.end();
    return pdf;
  }
}
