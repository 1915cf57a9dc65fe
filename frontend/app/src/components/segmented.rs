//! A choice of a few, all in sight: radio buttons that look like one control.

use yew::prelude::*;

/// One thing that can be chosen.
pub struct Choice<T> {
    /// What is chosen.
    pub value: T,
    /// What it is called.
    pub label: &'static str,
}

/// The control. Its name is the radio buttons', unique on the page; its legend says what is chosen, for those who do not see it.
pub fn segmented<T: PartialEq + Copy + 'static>(
    (name, legend): (String, &'static str),
    choices: [Choice<T>; 2],
    chosen: T,
    on_choose: &Callback<T>,
) -> Html {
    let name = AttrValue::from(name);
    html! {
        <fieldset class="segmented">
            <legend class="only-heard">{ legend }</legend>
            { for choices.into_iter().map(|Choice { value, label }| {
                let onchange = on_choose.reform(move |_: Event| value);
                html! {
                    <label>
                        <input type="radio" name={name.clone()} checked={value == chosen} {onchange} />
                        <span>{ label }</span>
                    </label>
                }
            }) }
        </fieldset>
    }
}
