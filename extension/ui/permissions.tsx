/** @jsxImportSource hono/jsx/dom */
import type { SiteView } from '../protocol/ui.ts';

/** What a site may do, in the configuration's words, by API. */
export const Permissions = ({ resources }: Pick<SiteView, 'resources'>) => (
  <>
    {resources.map((resource) => (
      <div class="may" key={resource.name}>
        <h4>{resource.name}</h4>
        <ul>
          {resource.may.map((words) => (
            <li key={words}>{words}</li>
          ))}
        </ul>
      </div>
    ))}
  </>
);
