/** XML as plain objects, for the formats that carry their metadata in it. */
import { XMLParser } from 'fast-xml-parser';

/** Attributes and single children by name; a text where an element has neither. */
export type Element = Readonly<Record<string, unknown>>;

/** Whether a text declares entities of its own, which can be made to grow without end. */
export function declaresEntities(text: string): boolean {
  return text.includes('<!DOCTYPE') || text.includes('<!ENTITY');
}

/**
 * The root elements by name. All values are texts.
 * @param lists names of the elements that come as a list however many there are; others that are repeated come as one, too.
 * @param unread paths (`Root.Child`) whose content is passed over.
 * Throws Error where the text is not well-formed.
 */
export function parseXml(text: string, lists: readonly string[], unread: readonly string[]): Element {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    htmlEntities: true,
    removeNSPrefix: true,
    parseTagValue: false,
    parseAttributeValue: false,
    isArray: (name) => lists.includes(name),
    stopNodes: [...unread],
  });
  return parser.parse(text, true) as Element; // parsed values are texts and elements
}

function isElement(value: unknown): value is Element {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The element at the end of a path, without anything in it where it is not there. */
export function child(element: Element, ...path: readonly string[]): Element {
  return path.reduce<Element>((parent, name) => {
    const value = parent[name];
    return isElement(value) ? value : {};
  }, element);
}

/** Of a name that comes as a list. */
export function children(element: Element, name: string): Element[] {
  const values = element[name];
  return Array.isArray(values) ? values.map((value: unknown) => (isElement(value) ? value : {})) : [];
}

/** The text of an attribute, or of an element that may have attributes; null where it is empty or not there. */
export function textOf(value: unknown): string | null {
  const text = isElement(value) ? value['#text'] : value;
  return typeof text === 'string' && text !== '' ? text : null;
}
