def test_x(house, survey, resident):
    resident.opens(survey)
    print(resident.page.title, resident.asked(), resident.typed)
    resident.fills(zestien="ja").presses("verder")
    print(resident.url, resident.page.title, resident.asked())
