const RFC_3339 = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):?[0-5]\d)$/;
const DURATION = /^[-+]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h|d|w)((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h|d|w))*$|^0$/;
const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const FORMATS: Record<string, (text: string) => boolean> = {
  'date-time': (text) => RFC_3339.test(text),
  'date': (text) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)),
  'duration': (text) => DURATION.test(text),
  'uuid': (text) => UUID.test(text),
  'byte': (text) => BASE64.test(text),
  'uri': (text) => URL.canParse(text),
};

/** What is wrong with a string of a named format. Formats the API server does not know either are not checked. */
export function formatProblem(text: string, format: string): string | undefined {
  return FORMATS[format]?.(text) === false ? `must be of type ${format}: ${JSON.stringify(text)}` : undefined;
}
