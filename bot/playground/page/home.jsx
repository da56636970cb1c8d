import { Blocks } from "./blocks.jsx";
import { post, useSlack } from "./slack.js";

export function Home({ view }) {
  const { user } = useSlack();
  return (
    <section className="home" aria-label="Home" aria-live="polite">
      {view
        ? <Blocks blocks={view.blocks} press={(action_id, value) => post("press", { user, action_id, value })} />
        : <p className="empty">Caddie has not set up a Home for you yet. What you write to it is under Messages.</p>}
    </section>
  );
}
