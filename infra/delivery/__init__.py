"""From a checkout to a running deployment: the same steps for AWS and for the embedded cloud of a developer's machine.

What CloudFormation can make, the CDK app makes. What it cannot is done here, after it: the files of the pages, the
console's settings, the glossary of Amazon Translate.
"""
