/** A variable that an event offers to the templates of a TaskSpawner. */
export interface EventVariable {
  /** What it is, as a part of a sentence. */
  readonly description: string;
  /** Left out: a text. `anything` is the event as its service sent it, of which only a part can be printed. */
  readonly type?: 'number' | 'list' | 'anything';
  /**
   * Who decides what is in it: `service` gives numbers and words of its own, `name` is a branch, a login or the like, without spaces. Left out: anybody, who
   * writes whatever they please.
   */
  readonly from?: 'service' | 'name';
  /** The events that may have it, where a source has several. A template that reads it with a dot fails when it is missing. Left out: it is always there. */
  readonly of?: readonly string[];
  /** Those of them that always have it. Left out: none. */
  readonly alwaysOf?: readonly string[];
}

/** What an event offers to templates. */
export interface Event {
  /** Name of the struct in programs. */
  readonly title: string;
  /** For messages, where it completes `a template of …`: a GitHub issue. */
  readonly called: string;
  /** By their names in templates: `Title` is read as {{.Title}}. */
  readonly variables: { readonly [name: string]: EventVariable };
}
