// Makes elements; whatever is put into them is put in as text.
export function made(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (value !== false && value !== undefined) element.setAttribute(name, value === true ? "" : value);
  element.append(...children.flat(Infinity).filter(child => child !== "" && child !== false && child !== 0 && child !== null && child !== undefined));
  return element;
}

export const byId = id => document.getElementById(id);
