"""The adapters: the only code that imports boto3 or botocore. AWS errors become domain answers here, by their code."""
