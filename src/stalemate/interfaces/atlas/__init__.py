"""The atlas: one local site of what happened, what the model holds and where each number comes from.

``archive`` gathers the record, ``views`` says what each page needs, ``site`` renders them for the server or
for files on disk, ``app`` serves them with the interface for programs beside them. Nothing here is imported
by another command.
"""
