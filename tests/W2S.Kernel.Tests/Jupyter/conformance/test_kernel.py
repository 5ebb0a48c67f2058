"""Jupyter's own conformance suite, run against the kernel that W2S_KERNEL names (.net-csharp otherwise)."""
import os
import unittest

import jupyter_kernel_test

# The suite waits without a limit of its own in some places and for 15 s in others; a loaded machine needs more.
jupyter_kernel_test.TIMEOUT = 60


class CSharpKernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = os.environ.get("W2S_KERNEL", ".net-csharp")
    language_name = "C#"
    file_extension = ".cs"

    code_hello_world = 'Console.WriteLine("hello, world");'
    code_stderr = 'Console.Error.WriteLine("to the error stream");'

    completion_samples = [
        {"text": "Console.WriteL", "matches": {"WriteLine"}},
        {"text": "Math.Sq", "matches": {"Sqrt"}},
        {"text": '"😀".Len', "matches": {"Length"}},
    ]

    complete_code_samples = ["1 + 1", "var x = 1;", "if (true) { Console.WriteLine(); }", "// a comment", "#!lsmagic"]
    incomplete_code_samples = ["if (true) {", "Console.WriteLine(", "int Twice(int n) {", '@"a text that', "/* a comment"]
    invalid_code_samples = ["int 7up = 1;", "var x = ) 1;"]

    code_page_something = "?Console.WriteLine"

    code_generate_error = 'throw new InvalidOperationException("on purpose");'

    code_execute_result = [
        {"code": "1 + 2 + 3", "result": "6"},
        {"code": '"text" + 1', "result": "text1"},
        {"code": "new[] { 1, 2, 3 }.Sum()", "result": "6"},
        {"code": "await Task.FromResult(41 + 1)", "result": "42"},
    ]

    code_display_data = [
        {"code": 'display("shown");', "mime": "text/plain"},
        {"code": 'display(HTML("<b>shown</b>"));', "mime": "text/html"},
    ]

    code_history_pattern = "1 + 2*"
    supported_history_operations = ("tail", "range", "search")

    code_inspect_sample = "Console.WriteLine"
    code_clear_output = "Cell.Clear();"


if __name__ == "__main__":
    unittest.main()
