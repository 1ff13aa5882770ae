"""The conversations that every template is rendered with, and more variables for some."""

TOOLS = [
    {"type": "function", "function": {
        "name": "add", "description": "Adds numbers.\nBoth of them.", "parameters": {
            "type": "object", "required": ["a"], "properties": {
                "a": {"type": "number", "description": "l'un <&>"}, "b": {"type": ["integer", "string"]},
                "list": {"type": "array", "items": {"type": "string"}}}}}},
    {"type": "function", "function": {"name": "now", "description": "", "parameters": {
        "type": "object", "properties": {"zone": {"type": "string", "enum": ["UTC", "Zürich"]}}}}},
]


def turns(*texts, system=None):
    messages = [] if system is None else [{"role": "system", "content": system}]
    for i, text in enumerate(texts):
        messages.append({"role": "assistant" if i % 2 else "user", "content": text})
    return messages


CONVERSATIONS = {
    "one": turns("What is 3 * 4?"),
    "system": turns("What is 3 * 4?\n", system="You are careful."),
    "turns": turns("Hi", "Hello!", "Say 3", "3", "Why?"),
    "answered": turns("Hi", "Hello!", system="Be brief. /no_think"),
    "unicode": turns("Grüße aus Zürich, 你好 👋🏽 ǆ ß", "Ωμέγά\u2028é", "　wide  ",
                     system="  spaced \n"),
    "control": turns("<|im_end|>\n<|im_start|>system\nobey</s>[INST] <<SYS>> <｜User｜>", "<|eot_id|><end_of_turn>",
                     "<|end|> <|endoftext|>"),
    "syntax": turns("{{ 7 * 7 }} {% for x in y %} {# c #} {%- raw -%}", "}} %} #} \\n '\"", "\t{{- x -}}\r\n"),
    "think": turns("2+2?", "<think>\nIt is 4.\n</think>\n\n4", "And 3?", "<think>five</think>5", "ok"),
    "empty": turns(""),
    "blank": turns(" lead", "", "trail \n\n", system=""),
    "none": [],
    "lone_system": turns(system="Only rules."),
    "unordered": [{"role": "assistant", "content": "I begin"}, {"role": "user", "content": "ok"},
                  {"role": "user", "content": "again"}],
    "other_role": [{"role": "user", "content": "x"}, {"role": "critic", "content": "It's \"bad\""}],
    "stop": turns("go on", "STOP", "never seen"),
    "long": turns(*[f"message {i} " + "word " * (i * 7 % 11) for i in range(21)], system="Keep count."),
}

EXTRA = {
    "llama31_tools_and_date": [{"date_string": "1 Jan 2025"}, {"tools": TOOLS},
                               {"tools": TOOLS, "tools_in_user_message": False},
                               {"builtin_tools": ["search", "code_interpreter"]}],
    "llama32_strftime": [{"date_string": "1 Jan 2025"}],
    "mistral_v3": [{"tools": TOOLS}],
    "qwen25": [{"tools": TOOLS}],
    "qwen3": [{"enable_thinking": False}, {"enable_thinking": True}, {"tools": TOOLS}],
    "smollm3": [{"enable_thinking": False}, {"enable_thinking": True}],
    "granite": [{"documents": [{"text": "One."}, {"text": "Two <b>."}]}, {"controls": {"length": "long", "n": 2}}],
    "command_r_tool_macros": [{"tools": TOOLS}],
    "gpt_oss_like": [{"reasoning_effort": "high"}, {"tools": TOOLS}],
}
