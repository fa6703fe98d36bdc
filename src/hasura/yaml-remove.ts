import { isMap, isSeq, type Node } from 'yaml';
import type { Path } from './edits.ts';
import { lineEnd, lineStart, newline, splice } from './lines.ts';
import {
  dashOf,
  isFlow,
  nodeAt,
  pairAt,
  spanOf,
  type YamlList,
  type YamlMap,
  type YamlText,
} from './yaml-document.ts';
import { keyOf, usual, type YamlFile } from './yaml-file.ts';

/** `file.text` without the entry at a path. */
export const removeYaml = (file: YamlFile, source: YamlText, path: Path): string => {
  const { text } = file;
  const key = path.at(-1);
  const parentPath = path.slice(0, -1);
  const parent = nodeAt(source, parentPath);
  if (isSeq(parent) && typeof key === 'number')
    return parent.items.length === 1
      ? empty(file, source, parentPath)
      : removeItem(text, parent as YamlList, key);
  if (isMap(parent) && typeof key === 'string')
    return parent.items.length === 1
      ? empty(file, source, parentPath)
      : removePair(text, parent as YamlMap, key);
  return text;
};

const removeItem = (text: string, list: YamlList, place: number): string => {
  const item = list.items[place] as Node;
  if (!isFlow(list)) return removeLines(text, dashOf(list, place) ?? 0, spanOf(text, item).end);
  return removeBetween(
    text,
    list.items.map((one) => spanOf(text, one)),
    place,
  );
};

const removePair = (text: string, map: YamlMap, key: string): string => {
  const spans = map.items.map((pair) => ({
    start: spanOf(text, pair.key).start,
    end: spanOf(text, pair.value ?? pair.key).end,
  }));
  const place = map.items.findIndex((pair) => pair.key === pairAt(map, key)?.key);
  const span = spans[place];
  if (span === undefined) return text;
  return isFlow(map) ? removeBetween(text, spans, place) : removeLines(text, span.start, span.end);
};

/** An item in brackets goes with the comma before it, the first one with the comma after it. */
const removeBetween = (
  text: string,
  spans: readonly { start: number; end: number }[],
  place: number,
): string => {
  const from = place === 0 ? spans[0]?.start : spans[place - 1]?.end;
  const to = place === 0 ? spans[1]?.start : spans[place]?.end;
  return from === undefined || to === undefined ? text : splice(text, from, to - from, '');
};

/** The lines from that of `start` to that of `end` go with the line end before them, or after them at the very top. */
const removeLines = (text: string, start: number, end: number): string => {
  const from = lineStart(text, start);
  const to = text[end - 1] === '\n' ? end - newline(text).length : lineEnd(text, end);
  if (from === 0) return text.slice(to).replace(/^\r?\n/, '');
  const before = lineEnd(text, from - newline(text).length);
  return splice(text, before, to - before, '');
};

/** Takes the only entry out of a list or object, and puts back what stood there before Herald. */
const empty = (file: YamlFile, source: YamlText, path: Path): string => {
  const { text, emptiness } = file;
  const node = nodeAt(source, path) as Node;
  const was = emptiness[keyOf(path)];
  delete emptiness[keyOf(path)];
  if (path.length === 0) {
    const { start, end } = spanOf(text, node);
    return was === ''
      ? removeLines(text, start, end)
      : splice(text, start, end - start, was ?? usual(isSeq(node)));
  }
  if (was === null) return removeYaml(file, source, path);
  const pair = pairAt(nodeAt(source, path.slice(0, -1)), String(path.at(-1)));
  if (pair === undefined) return text;
  const colon = text.indexOf(':', spanOf(text, pair.key).end) + 1;
  if (isFlow(node)) {
    const { start, end } = spanOf(text, node);
    return was === undefined
      ? splice(text, start, end - start, usual(isSeq(node)))
      : splice(text, colon, end - colon, was);
  }
  return splice(
    removeLines(text, spanOf(text, node).start, spanOf(text, node).end),
    colon,
    0,
    was ?? ` ${usual(isSeq(node))}`,
  );
};
