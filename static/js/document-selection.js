// <document-selection>: the box in the head of the table that chooses every document of the page.
class DocumentSelection extends HTMLElement {
  connectedCallback() {
    const form = this.closest("form");
    const all = this.querySelector("[data-all]");
    const boxes = [...form.querySelectorAll("input[name=document]")];
    const show = () => {
      const chosen = boxes.filter((box) => box.checked).length;
      all.checked = chosen === boxes.length;
      all.indeterminate = chosen > 0 && chosen < boxes.length;
    };
    all.addEventListener("change", () => boxes.forEach((box) => (box.checked = all.checked)));
    form.addEventListener("change", show);
    show();
  }
}

customElements.define("document-selection", DocumentSelection);
