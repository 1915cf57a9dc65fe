//! A choice of a few, all in sight: radio buttons that look like one control.

use yew::prelude::*;

/// One thing that can be chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice<T> {
    /// What is chosen.
    pub value: T,
    /// What it is called.
    pub label: AttrValue,
}

/// What a segmented control shows and tells.
#[derive(Properties, PartialEq)]
pub struct SegmentedProps<T: PartialEq + Clone + 'static> {
    /// What is chosen, for those who do not see it.
    pub legend: AttrValue,
    /// Unique on the page: the radio buttons' name.
    pub name: AttrValue,
    /// What can be chosen.
    pub choices: Vec<Choice<T>>,
    /// What is chosen.
    pub chosen: T,
    /// Something else was chosen.
    pub on_choose: Callback<T>,
}

/// The control.
#[component]
pub fn Segmented<T: PartialEq + Clone + 'static>(props: &SegmentedProps<T>) -> Html {
    html! {
        <fieldset class="segmented">
            <legend class="only-heard">{ props.legend.clone() }</legend>
            { for props.choices.iter().map(|choice| {
                let onchange = props.on_choose.reform({
                    let value = choice.value.clone();
                    move |_: Event| value.clone()
                });
                html! {
                    <label>
                        <input type="radio" name={props.name.clone()} checked={choice.value == props.chosen} {onchange} />
                        <span>{ choice.label.clone() }</span>
                    </label>
                }
            }) }
        </fieldset>
    }
}
