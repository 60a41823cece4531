@"%~dp0python.exe" -m ultraviolet tool uvx %*
