/** @jsxImportSource hono/jsx/dom */
import type { SiteView } from '../protocol/ui.ts';

/** What a site can do, in the configuration's words, by API. */
export const Permissions = ({ resources, heading }: Pick<SiteView, 'resources'> & { heading: 'h3' | 'h4' }) => {
  const Heading = heading;
  return (
    <>
      {resources.map((resource) => (
        <div class="may" key={resource.name}>
          <Heading>{resource.name}</Heading>
          <ul>
            {resource.may.map((words) => (
              <li key={words}>{words}</li>
            ))}
          </ul>
        </div>
      ))}
    </>
  );
};
