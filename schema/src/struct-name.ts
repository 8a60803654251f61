/**
 * How a type of a schema, or a kind, is called in the L1 constructs. jsii wants PascalCase, and takes what begins with two capitals and an I for a
 * behavioral interface: IscsiVolumeSource.
 */
export function structName(title: string): string {
  return title.replace(/[A-Z]{2,}(?=[A-Z][a-z]|$)/g, (capitals) => capitals[0]! + capitals.slice(1).toLowerCase());
}
