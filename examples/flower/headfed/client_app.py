"""Never run: the nodes are browser tabs. Flower asks for the entry."""

from flwr.clientapp import ClientApp

app = ClientApp()
