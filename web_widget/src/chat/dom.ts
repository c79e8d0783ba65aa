/**
 * Draws views: JSX makes light descriptions (`h`), `patch` changes the document to match them.
 * A small keyed patcher of our own, because the chat must be small enough for a poor connection.
 *
 * A child without a key is known by its tag, its class and how many of its like came before it, so that an
 * error line that appears above the text box never redraws the box that somebody is writing in.
 */

type Value = string | number | boolean | null | undefined | ((event: never) => void);
type Props = Readonly<Record<string, Value>>;

export interface Drawn {
  readonly tag: string;
  readonly props: Props;
  readonly children: readonly Drawable[];
}
export type Drawable = Drawn | string | number | false | null | undefined | readonly Drawable[];

declare global {
  namespace JSX {
    type Element = Drawn;
    interface IntrinsicElements {
      [tag: string]: Props;
    }
  }
}

type View = (props: never) => Drawn | null;

export function h(tag: string | View, props: Props | null, ...children: Drawable[]): Drawn | null {
  return typeof tag === "string" ? { tag, props: props ?? {}, children } : tag(props as never);
}

/** A node of ours, with what it was drawn from. */
interface Node {
  key?: string;
  props?: Props;
}

/** Makes `parent` hold exactly `children`, keeping the nodes (and so the focus) of what stays. */
export function patch(parent: Element, children: readonly Drawable[]): void {
  const wanted = keyed(children);
  const present: Record<string, ChildNode> = {};
  for (const node of [...parent.childNodes] as (ChildNode & Node)[]) {
    const { key = "" } = node;
    if (wanted.has(key)) present[key] = node;
    else node.remove();
  }
  let next = parent.firstChild;
  for (const [key, child] of wanted) {
    const text = typeof child !== "object";
    const node: ChildNode & Node = present[key] ?? (text ? new Text() : document.createElement(child.tag));
    node.key = key;
    if (node === next) next = node.nextSibling;
    else parent.insertBefore(node, next);
    if (!text) dress(node as HTMLElement, child);
    else if (node.nodeValue !== child) node.nodeValue = child;
  }
}

function keyed(children: readonly Drawable[]): Map<string, Drawn | string> {
  const wanted = new Map<string, Drawn | string>();
  for (const child of children.flat(9) as Exclude<Drawable, readonly Drawable[]>[]) {
    if (child === null || child === undefined || child === false) continue;
    const drawn = typeof child === "object" ? child : `${child}`;
    let key = typeof drawn === "string" ? "text" : drawn.tag + (drawn.props.key ?? drawn.props.class);
    while (wanted.has(key)) key += "+";
    wanted.set(key, drawn);
  }
  return wanted;
}

/** Set as properties, and compared with the element: the person may have changed them. (`key` is ours.) */
const PROPERTIES = /^(on.*|value|key)$/;

function dress(node: HTMLElement & Node, { props, children }: Drawn): void {
  const before = node.props;
  node.props = props;
  for (const name in { ...before, ...props }) {
    const value = props[name] ?? null;
    if (PROPERTIES.test(name)) {
      const owner = node as unknown as Record<string, Value>;
      if (owner[name] !== value) owner[name] = value;
    } else if (value !== (before?.[name] ?? null)) {
      if (value === null || value === false) node.removeAttribute(name);
      else node.setAttribute(name, `${value as string}`);
    }
  }
  patch(node, children);
}
