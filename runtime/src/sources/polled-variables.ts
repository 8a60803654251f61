/** What templates of every trigger that is looked at may read, where it means nothing: the reference gives an empty text, and templates that were written for it may count on it. */
export const EMPTY_VARIABLES: Readonly<Record<string, unknown>> = {
  ID: '', Number: 0n, Title: '', Body: '', URL: '', Labels: '', Comments: '', Kind: '', Branch: '', ReviewState: '', ReviewComments: '', Time: '', Schedule: '',
};
