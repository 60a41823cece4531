@"%~dp0python.exe" -m ultraviolet %*
