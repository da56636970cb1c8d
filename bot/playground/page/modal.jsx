import { useLayoutEffect, useRef, useState } from "react";
import { Blocks } from "./blocks.jsx";
import { post, useSlack } from "./slack.js";

function Input({ element, ...shared }) {
  switch (element.type) {
    case "static_select":
      return (
        <select {...shared} defaultValue={element.initial_option?.value || ""}>
          <option value="">—</option>
          {element.options.map((option) => <option key={option.value} value={option.value}>{option.text.text}</option>)}
        </select>
      );
    case "datepicker":
      return <input type="date" {...shared} defaultValue={element.initial_date || ""} />;
    default: {
      const text = { ...shared, defaultValue: element.initial_value || "", maxLength: element.max_length, placeholder: element.placeholder?.text };
      return element.multiline ? <textarea rows="3" {...text} /> : <input type={element.type === "number_input" ? "number" : "text"} step="any" {...text} />;
    }
  }
}

function Field({ block, error }) {
  const { element, label, hint, optional, block_id: name } = block;
  const id = `form-${name}`;
  return (
    <div className="field">
      <label htmlFor={id}>{label.text}{optional && <span className="note"> (optional)</span>}</label>
      <Input element={element} id={id} name={name} aria-required={!optional} aria-invalid={Boolean(error)} aria-describedby={`${id}-error ${id}-hint`} />
      {error && <p className="error" id={`${id}-error`} role="alert">{error}</p>}
      {hint && <p className="note" id={`${id}-hint`}>{hint.text}</p>}
    </div>
  );
}

export function Modal({ view }) {
  const { user } = useSlack();
  const dialog = useRef(null);
  const [errors, setErrors] = useState({});
  // Closing before it is taken out gives the focus back to where it was.
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown.showModal();
    return () => shown.close();
  }, []);
  const submit = async (event) => {
    event.preventDefault();
    const answer = await post("submit", { user, view: view.id, values: Object.fromEntries(new FormData(event.target)) });
    const { errors: found } = await answer.json();
    setErrors(found);
    const [first] = Object.keys(found);
    if (first) document.getElementById(`form-${first}`)?.focus();
    else dialog.current?.close();
  };
  const cancel = () => {
    dialog.current.close();
    post("close", { user, view: view.id });
  };
  return (
    <dialog ref={dialog} onCancel={cancel} aria-labelledby="form-title">
      <form onSubmit={submit} noValidate>
        <h2 id="form-title">{view.title.text}</h2>
        {errors.view && <p className="error" role="alert">{errors.view}</p>}
        {view.blocks.map((block, n) => (block.type === "input"
          ? <Field key={block.block_id} block={block} error={errors[block.block_id]} />
          : <Blocks key={n} blocks={[block]} />))}
        <footer>
          <button type="button" onClick={cancel}>{view.close?.text || "Cancel"}</button>
          {view.submit && <button className="primary">{view.submit.text}</button>}
        </footer>
      </form>
    </dialog>
  );
}
