"""What a page shows: figures, tokens in colour, panels. Nothing that computes a result belongs here."""

from tinygpt_lib.course.show import diagrams, plots
from tinygpt_lib.course.show.attention import attention_figure, attention_panel
from tinygpt_lib.course.show.beliefs import beliefs, beliefs_panel
from tinygpt_lib.course.show.bounds import bound_panel
from tinygpt_lib.course.show.coloured import coloured_conversation, coloured_tokens
from tinygpt_lib.course.show.descent import descent_panel, draw_descent
from tinygpt_lib.course.show.drawn_windows import drawn_examples, drawn_figure, drawn_panel
from tinygpt_lib.course.show.guessing import Round, guessing_panel, round_html
from tinygpt_lib.course.show.letter_map import letter_map
from tinygpt_lib.course.show.panels import LiveCurve, distribution_after, sampling_panel
from tinygpt_lib.course.show.prices import price_chart, price_list, price_panel
from tinygpt_lib.course.show.rates import rate_panel
from tinygpt_lib.course.show.slots import network_picture
from tinygpt_lib.course.show.strips import number_strips, strips_panel
from tinygpt_lib.course.show.talk import answering, chat_panel, coloured_exchange
from tinygpt_lib.course.show.texts import print_wrapped
from tinygpt_lib.course.show.token_box import token_box, token_view
from tinygpt_lib.course.show.trees import tree
