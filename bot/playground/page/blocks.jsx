// Block Kit on the page. The library draws what is read; what is pressed is drawn here, since the library keeps those events to itself.
import { useState } from "react";
import { Message } from "slack-blocks-to-jsx";
import { useSlack } from "./slack.js";

function Menu({ element, press }) {
  const { action_id, placeholder, options, initial_option } = element;
  return (
    <select aria-label={placeholder.text} defaultValue={initial_option?.value || ""} onChange={(e) => press(action_id, e.target.value, true)}>
      <option value="" disabled>{placeholder.text}</option>
      {options.map((option) => <option key={option.value} value={option.value}>{option.text.text}</option>)}
    </select>
  );
}

function Feedback({ element, press }) {
  const [given, setGiven] = useState("");
  return [["👍", element.positive_button], ["👎", element.negative_button]].map(([sign, button]) => (
    <button key={sign} className="thumb" title={button.text.text} aria-label={button.accessibility_label || button.text.text} aria-pressed={given === sign}
      onClick={() => { setGiven(sign); press(element.action_id, button.value); }}>{sign}</button>
  ));
}

function Element({ element, press }) {
  switch (element.type) {
    case "static_select":
      return <Menu element={element} press={press} />;
    case "feedback_buttons":
      return <Feedback element={element} press={press} />;
    default:
      return element.url
        ? <a href={element.url} target="_blank" rel="noreferrer" onClick={() => press(element.action_id, element.value)}>{element.text.text}</a>
        : <button className={element.style} aria-label={element.accessibility_label} onClick={() => press(element.action_id, element.value)}>{element.text.text}</button>;
  }
}

function Elements({ elements, press }) {
  return <div className="actions">{elements.map((element) => <Element key={JSON.stringify(element)} element={element} press={press} />)}</div>;
}

function Drawn({ blocks }) {
  const { theme, names } = useSlack();
  return <div className="blocks"><Message blocks={blocks} name="" logo="" theme={theme} data={names} withoutWrapper /></div>;
}

function parts(blocks) {
  const found = [];
  for (const block of blocks) {
    if (block.type === "actions" || block.type === "context_actions") found.push({ elements: block.elements });
    else if (block.accessory && block.accessory.type !== "image") found.push({ drawn: [{ ...block, accessory: undefined }], elements: [block.accessory] });
    else if (found.at(-1)?.drawn && !found.at(-1).elements) found.at(-1).drawn.push(block);
    else found.push({ drawn: [block] });
  }
  return found;
}

export function Blocks({ blocks, press }) {
  return parts(blocks).map(({ drawn, elements }, n) => (
    <div className={drawn && elements ? "beside" : undefined} key={n}>
      {drawn && <Drawn blocks={drawn} />}
      {elements && <Elements elements={elements} press={press} />}
    </div>
  ));
}
