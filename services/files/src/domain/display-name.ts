const longest = 120;

// Controls (also C1), format characters such as the right-to-left override and zero-width ones, private use, and
// halves of characters. Joiners are in there too: a file's name loses little without them.
const invisible = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}]/gu;

/**
 * A file's name as people may see it and save it under: one line, no path, nothing invisible that makes it read as
 * something else, not too long, and ending as its content says. It is never used as a path here.
 * @param extension of the type that the content was found to have, without a dot.
 */
export function displayName(given: string | undefined, extension: string): string {
  const base =
    (given ?? '').toWellFormed().normalize('NFC').replace(invisible, '').split(/[/\\]/).at(-1) ?? '';
  const plain = base
    .replace(/[<>:"|?*\uFFFD]/g, '_')
    .replace(/\p{Zs}+/gu, ' ')
    // Leading dots hide a file, trailing dots and spaces are dropped by some systems.
    .replace(/^[. ]+|[. ]+$/g, '');
  const stem = withoutExtension(plain, extension) || 'file';
  return `${shortened(stem, longest - extension.length - 1)}.${extension}`;
}

/** `photo.JPG` of a picture is `photo`; `letter.pdf.exe` of a PDF stays as it is, to be named `letter.pdf.exe.pdf`. */
function withoutExtension(name: string, extension: string): string {
  const known = extension === 'jpg' ? ['jpg', 'jpeg'] : [extension];
  const found = known.find((ending) => name.toLowerCase().endsWith(`.${ending}`));
  return found === undefined ? name : name.slice(0, -found.length - 1).replace(/[. ]+$/, '');
}

/** Cut between characters as people see them, not inside one. */
function shortened(text: string, most: number): string {
  let kept = '';
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(
    text.slice(0, 4 * most),
  )) {
    if (kept.length + segment.length > most) break;
    kept += segment;
  }
  return kept.trimEnd() || 'file';
}
