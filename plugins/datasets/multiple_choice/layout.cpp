#include "layout.hpp"

namespace espalier::choices {

LayoutFields fields_of(Layout layout) {
  switch (layout) {
    case Layout::mmlu:
      return {.question = "question",
              .options = {"choices"},
              .answer = "answer",
              .answer_is = AnswerIs::index,
              .id = "",
              .attributes = {"subject"},
              .columns = {}};
    case Layout::mmlu_csv:
      return {.question = "question",
              .options = {"A", "B", "C", "D"},
              .answer = "answer",
              .answer_is = AnswerIs::letter,
              .id = "",
              .attributes = {},
              .columns = {"question", "A", "B", "C", "D", "answer"}};
    case Layout::gpqa:
      return {.question = "Question",
              .options = {"Correct Answer", "Incorrect Answer 1", "Incorrect Answer 2", "Incorrect Answer 3"},
              .answer = "",
              .answer_is = AnswerIs::first,
              .id = "Record ID",
              .attributes = {"High-level domain", "Subdomain"},
              .columns = {}};
    case Layout::logiqa:
      return {.question = "{context}\n\n{query}",
              .options = {"options"},
              .answer = "correct_option",
              .answer_is = AnswerIs::index,
              .id = "",
              .attributes = {},
              .columns = {}};
    case Layout::logiqa_text:
      return {.question = "{context}\n\n{query}",
              .options = {"A", "B", "C", "D"},
              .answer = "answer",
              .answer_is = AnswerIs::letter,
              .id = "",
              .attributes = {},
              .columns = {"answer", "context", "query", "A", "B", "C", "D"}};
    case Layout::logiqa2:
      return {.question = "{text}\n\n{question}",
              .options = {"options"},
              .answer = "answer",
              .answer_is = AnswerIs::index,
              .id = "",
              .attributes = {},
              .columns = {}};
    case Layout::aqua:
      return {.question = "question",
              .options = {"options"},
              .answer = "correct",
              .answer_is = AnswerIs::letter,
              .id = "",
              .attributes = {},
              .columns = {}};
    case Layout::custom:
      break;
  }
  return {.question = "question",
          .options = {"options"},
          .answer = "answer",
          .answer_is = AnswerIs::letter,
          .id = "",
          .attributes = {},
          .columns = {}};
}

}  // namespace espalier::choices
