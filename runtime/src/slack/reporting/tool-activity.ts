import { codeSpan, escaped } from '../mrkdwn.ts';
import { cutTo } from './runes.ts';

const LONGEST_ARGUMENT = 50;

/** What an agent does with a tool, in words: ``Editing `src/main.ts`...``. Tools are known by the names that the agents give them; `argument` is what the tool is used for, if that is known. */
export function toolActivity(tool: string, argument = ''): string {
  const path = pathEnd(argument);
  const shown = codeSpan(cutTo(argument.replace(/\s+/g, ' ').trim(), LONGEST_ARGUMENT));
  const has = argument.trim() !== '';
  switch (tool.toLowerCase().replaceAll(/[_-]/g, '')) {
    case 'read':
    case 'readfile':
      return has ? `Reading ${path}...` : 'Reading file...';
    case 'write':
    case 'writefile':
    case 'add':
      return has ? `Writing ${path}...` : 'Writing file...';
    case 'edit':
    case 'editfile':
    case 'multiedit':
    case 'replace':
    case 'update':
      return has ? `Editing ${path}...` : 'Editing file...';
    case 'bash':
    case 'shell':
    case 'runshellcommand':
      return has ? `Running ${shown}...` : 'Running command...';
    case 'glob':
      return has ? `Searching for ${shown}...` : 'Searching files...';
    case 'grep':
    case 'searchfilecontent':
      return has ? `Searching for ${shown}...` : 'Searching code...';
    case 'webfetch':
      return 'Fetching web page...';
    case 'websearch':
    case 'googlewebsearch':
    case 'search':
      return has ? `Searching ${shown}...` : 'Searching the web...';
    case 'task':
      return 'Managing tasks...';
    default:
      return `Using ${escaped(cutTo(tool.trim(), LONGEST_ARGUMENT))}...`;
  }
}

/** The file with the directory that it is in. */
function pathEnd(path: string): string {
  return codeSpan(cutTo(path.trim().split('/').filter((part) => part !== '').slice(-2).join('/'), 2 * LONGEST_ARGUMENT));
}
